"""Verbs about forms: in and out as XLSForm, FHIR R4 and JSON Schema, and answers as QuestionnaireResponse."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from lachan.cli.say import complain, plain
from lachan.cli.session import database

if TYPE_CHECKING:
    from lachan.register.forms.models import FormVersion

app = typer.Typer(help="Forms and their versions, as files of other systems.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="The form's code, e.g. daily-health.")]
Number = Annotated[int | None, typer.Option(help="Which version; without it, the one in force.")]
Out = Annotated[Path | None, typer.Option(help="Write to this file; without it, to a file of the usual name here.")]


def _version(code: str, number: int | None) -> "FormVersion":
    from lachan.register.forms import queries
    from lachan.register.forms.models import FormVersion

    if number is None:
        found = queries.in_force(code)
    else:
        found = FormVersion.objects.filter(form_id=code, number=number).first()
    if found is None:
        complain(f"There is no form {code!r} {'in force' if number is None else f'with a version {number}'}.")
        raise typer.Exit(1)
    return found


@app.command("list")
def list_forms() -> None:
    """Every version: its form's code, its number, whether it is a draft, waiting, in force or retired."""
    with database():
        from lachan.register.forms import queries

        for version in queries.all_versions():
            plain(f"{version.form_id}  {version.number}  {version.status().value}")


@app.command("import")
def import_form(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSForm, or a FHIR R4 Questionnaire.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report; keep nothing.")] = False,
) -> None:
    """Take a form in as a draft. What cannot come in is said fault by fault; nothing is kept then."""
    with database():
        from lachan.register.forms import actions, files
        from lachan.register.forms.outline import RefusedError

        try:
            document, notes = files.read_form(file.read_bytes(), file.name)
            version = None if dry_run else actions.create_draft(document=actions.as_data(document))
        except RefusedError as refused:
            for sentence in refused.sentences:
                complain(sentence)
            raise typer.Exit(1) from refused
        for note in notes:
            plain(note)
        kept = "nothing kept" if version is None else f"kept as draft {version.number}"
        plain(f"{document.code}: {len(list(document.items()))} items, {len(notes)} left out; {kept}")


@app.command("export")
def export_form(
    code: Code,
    kind: Annotated[str, typer.Option(help="fhir, xlsform or schema.")] = "fhir",
    number: Number = None,
    out: Out = None,
) -> None:
    """Write a version as FHIR R4 Questionnaire, XLSForm or JSON Schema of its answers."""
    with database():
        from lachan.register.forms import files
        from lachan.register.forms.outline import RefusedError

        if kind not in files.KINDS:
            complain(f"--kind is one of {', '.join(files.KINDS)}; it says {kind!r}.")
            raise typer.Exit(2)
        try:
            made = files.write_form(_version(code, number), kind)
        except RefusedError as refused:
            for sentence in refused.sentences:
                complain(sentence)
            raise typer.Exit(1) from refused
        target = out or Path(made.name)
        target.write_bytes(made.body)
        plain(f"{target}: {len(made.body)} bytes")


@app.command("check-answers")
def check_answers(
    code: Code,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A FHIR R4 QuestionnaireResponse.")],
    number: Number = None,
) -> None:
    """Read answers against a version: what is taken, what is left out, what is to be mended. Nothing is kept."""
    with database():
        import msgspec

        from lachan.register.forms import files
        from lachan.register.forms.outline import RefusedError

        try:
            found = files.read_answers(_version(code, number), file.read_bytes())
        except RefusedError as refused:
            for sentence in refused.sentences:
                complain(sentence)
            raise typer.Exit(1) from refused
        for note in found.notes:
            plain(note)
        for fault in found.faults:
            complain(fault)
        plain(msgspec.json.encode(found.values).decode())
        if found.faults:
            raise typer.Exit(1)


@app.command("export-answers")
def export_answers(
    key: Annotated[UUID, typer.Argument(help="The key of the kept answers.")],
    purpose: Annotated[str, typer.Option(help="Why they are read; it stands in the trail of the person.")],
    out: Out = None,
) -> None:
    """Write kept answers as FHIR R4 QuestionnaireResponse. The reading leaves a row in the trail."""
    with database():
        from django.db import transaction

        from lachan.ground import audit
        from lachan.register.forms import files
        from lachan.register.forms.models import Response

        found = Response.objects.filter(key=key).select_related("version").first()
        if found is None or not purpose.strip():
            complain("There are no answers with that key." if found is None else "Say what for, with --purpose.")
            raise typer.Exit(1)
        with transaction.atomic():
            audit.record(action="forms.answers.export", subject=found.person_id, obj=found, purpose=purpose.strip())
            made = files.write_answers(found)
            target = out or Path(made.name)
            target.write_bytes(made.body)
        plain(f"{target}: {len(made.body)} bytes")
