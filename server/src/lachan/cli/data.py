"""Verbs that load, import, rebuild and check data."""

from pathlib import Path
from typing import Annotated

import typer

from lachan.cli.say import complain, plain, say
from lachan.cli.session import database

areas = typer.Typer(help="Administrative units.", no_args_is_help=True)
tracing = typer.Typer(help="Cases, contacts and chains.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
checkin = typer.Typer(help="Check-ins and stays.", no_args_is_help=True)
people = typer.Typer(help="The register of people.", no_args_is_help=True)


@areas.command("load")
def load_areas() -> None:
    """Load the dated units (2021, 1 July 2025, 30 April 2026) and their links. Loading again changes nothing."""
    with database():
        from lachan.register.areas.loading import load_areas as load

        load(say)


@areas.command("find")
def find_area(text: Annotated[str, typer.Argument(help="A name, old or new, with or without diacritics.")]) -> None:
    """Find a unit by name and say what it became."""
    with database():
        from lachan.register.areas.queries import search

        for hit in search(text, limit=20):
            plain(str(hit))


@tracing.command("import")
def import_line_list(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, one case a row, with who infected whom.")
    ],
    disease: Annotated[str, typer.Option(help="Code of the disease profile.")] = "measles",
    keep_good: Annotated[
        bool, typer.Option("--keep-good/--all-or-nothing", help="Import the good rows, or none when any is bad.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and report; write nothing.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Write the chain of transmission as SVG to this file.")] = None,
) -> None:
    """Import a line list as an outbreak of its own; rows that can't be read are explained, each with its mend."""
    with database():
        from lachan.cli.line_list import run

        if not run(file, disease=disease, keep_good=keep_good, dry_run=dry_run, picture=picture):
            raise typer.Exit(1)


@audit.command("verify")
def verify_audit() -> None:
    """Walk the hash chain of the audit trail: a changed or deleted row is named."""
    with database():
        from lachan.ground.audit.seal import seal, verify

        seal()
        verdict = verify()
        for fault in verdict.faults:
            complain(str(fault))
        plain(f"{verdict.links} events in the chain, {len(verdict.faults)} faults. Head: {verdict.head}")
        if not verdict.whole:
            raise typer.Exit(1)


@checkin.command("rebuild")
def rebuild_stays() -> None:
    """Project every stay anew from the immutable events."""
    with database():
        from lachan.systems.checkin.actions import rebuild

        plain(f"{rebuild()} stays")


@people.command("retain")
def retain() -> None:
    """Erase now what is past its erase date, as the nightly chore does."""
    with database():
        from lachan.register.people.erasing import retention

        for table, rows in retention().items():
            plain(f"{rows:>8}  {table}")


@people.command("match")
def match(
    way: Annotated[
        str, typer.Option("--with", help="splink (learns from this register), weights (fixed); empty: splink if there.")
    ] = "",
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Propose pairs from this probability on.")] = 0.5,
) -> None:
    """Compare the whole register with itself and put records that may be double on the officers' list."""
    with database():
        from lachan.register.people import batch

        chosen = way or ("splink" if batch.splink_is_there() else "weights")
        if chosen not in {"splink", "weights"}:
            raise typer.BadParameter("--with takes splink or weights")
        if chosen == "splink" and not batch.splink_is_there():
            complain("splink is not installed: pip install -e 'server[match]', or use --with weights")
            raise typer.Exit(1)
        say(f"Comparing with {chosen}")
        try:
            found, new = batch.run(way=chosen, say=say, least=least)
        except batch.NotLearntError as error:
            complain(f"{error}; use --with weights")
            raise typer.Exit(1) from error
        plain(f"{found} pairs found, {new} new on the list")
