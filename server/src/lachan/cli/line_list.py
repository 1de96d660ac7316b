"""Importing a line list from the command line: rejects explained, the chain as a picture."""

from pathlib import Path

from django.db import transaction

from lachan.cli.say import complain, plain, say
from lachan.register.areas.queries import country
from lachan.register.profiles.models import Disease
from lachan.response.cases.actions import open_outbreak
from lachan.response.cases.importing import UnreadableFile, import_line_list
from lachan.response.cases.models import Outbreak
from lachan.response.cases.queries import chain_picture


def run(file: Path, *, disease: str, keep_good: bool, dry_run: bool, picture: Path | None) -> bool:
    """True when everything that was asked for was imported. The outbreak is named after the file."""
    known = Disease.objects.filter(code=disease).first()
    if known is None:
        there = ", ".join(Disease.objects.values_list("code", flat=True))
        complain(f"No disease profile is called {disease}; there are: {there}")
        return False
    say(f"Reading {file}")
    with transaction.atomic():
        outbreak = Outbreak.objects.filter(name=file.stem, disease=known, closed_on=None).first()
        outbreak = outbreak or open_outbreak(disease=known, name=file.stem, area=country(), by=None)
        try:
            report = import_line_list(file, outbreak=outbreak, keep_good=keep_good, dry_run=dry_run, by=None)
        except UnreadableFile as error:
            complain(str(error))
            transaction.set_rollback(True)
            return False
        if not report.stored:
            # Nothing came of it, so no empty outbreak stays behind.
            transaction.set_rollback(True)
    for reject in report.rejects:
        complain(f"row {reject.row}, {reject.column}: {reject.value!r}. {reject.mend}")
    for column in report.ignored:
        plain(f"column not used: {column}")
    verb = "imported" if report.stored else "would be imported"
    plain(f"{report.rows} rows: {report.new} new cases {verb}, {report.known} known, {report.links} with an infector")
    if picture and report.stored:
        picture.write_text(chain_picture(outbreak, standalone=True), encoding="utf-8")
        say(f"Chain drawn in {picture}")
    return not report.rejects or (keep_good and report.stored)
