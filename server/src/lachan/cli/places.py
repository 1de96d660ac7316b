"""Verbs about places."""

from pathlib import Path
from typing import Annotated

import typer

from lachan.cli.say import complain, plain, say
from lachan.cli.session import database

app = typer.Typer(help="The register of places.", no_args_is_help=True)


@app.command("import")
def import_places(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="xlsx, ods or CSV (UTF-8), one place a row.")
    ],
    keep_good: Annotated[
        bool, typer.Option("--keep-good/--all-or-nothing", help="Bring in the good rows, or none when any is bad.")
    ] = False,
    with_twins: Annotated[
        bool, typer.Option("--with-twins", help="Bring in rows that look like a place already there, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and report; write nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write the rows to mend to this xlsx file.")] = None,
) -> None:
    """Bring in a list of places; rows that can't be used are explained, each cell with its mend."""
    with database():
        from django.db import transaction

        from lachan.ground import audit
        from lachan.register.places import importing

        say(f"Reading {file}")
        try:
            judged = importing.judge(file.read_bytes(), None, lambda done: say(f"{done} rows read"))
        except importing.UnreadableFile as error:
            complain(str(error))
            raise typer.Exit(1) from error
        for row in judged.rejects[:20]:
            for key, mend in row.faults:
                complain(f"row {row.number + 1}, {key}: {mend}")
        for row in judged.twins[:20]:
            complain(f"row {row.number + 1}: {row.twin}")
        if rejects and (judged.rejects or judged.twins):
            rejects.write_bytes(importing.rejects_file(judged))
            say(f"Rows to mend are in {rejects}")
        wanted = [] if judged.rejects and not keep_good else judged.wanted(with_twins=with_twins)
        stored = 0
        if not dry_run:
            with transaction.atomic():
                for start in range(0, len(wanted), importing.CHUNK):
                    stored += importing.store(wanted[start : start + importing.CHUNK])
                    say(f"{stored} places stored")
                audit.record(action="places.import.store", detail={"places": stored})
        plain(
            f"{judged.rows} rows: {len(judged.good)} good, {len(judged.twins)} there already, "
            f"{len(judged.rejects)} to mend; {stored} places stored"
        )
        if judged.rejects and not keep_good:
            raise typer.Exit(1)


@app.command("template")
def template(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write the empty list (xlsx).")],
) -> None:
    """Write an empty list with its head, hints and an example."""
    with database():
        from lachan.register.places import importing

        file.write_bytes(importing.template())
        plain(f"Written: {file}")
