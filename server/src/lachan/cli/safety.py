"""Verbs about the safety of facilities."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from lachan.cli.say import complain, plain
from lachan.cli.session import database

app = typer.Typer(help="Commitments and inspections of facilities.", no_args_is_help=True)


def _known(path: Path | None) -> dict[date, bytes]:
    """The roots in a file as /api/v1/safety/roots gives it. Ends the command when it is none."""
    if path is None:
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["roots"]
        return {date.fromisoformat(row["day"]): bytes.fromhex(row["root"]) for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        complain(f"{path} is not a list of roots as /api/v1/safety/roots gives it: {error}")
        raise typer.Exit(2) from error


@app.command("verify")
def verify(
    known: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Roots kept elsewhere: a copy of /api/v1/safety/roots."),
    ] = None,
) -> None:
    """Recompute every facility's chain and every published root; a changed, added or missing entry ends with code 1."""
    kept = _known(known)
    with database():
        from lachan.systems.safety import roots

        found = roots.verify(kept)
        for fault in found.faults:
            where = f"day {fault.day}" if fault.day else f"place {fault.place_id}, entry {fault.number}"
            complain(f"{fault.kind}: {where}")
        plain(
            f"{found.entries} entries of {found.facilities} facilities, {found.days} published days: "
            + (f"{len(found.faults)} faults" if found.faults else "whole")
        )
    if found.faults:
        raise typer.Exit(1)
