"""Importing a line list from the command line: progress, rejects explained, the chain as a picture."""

from pathlib import Path

from lachan.cli.say import complain, plain, say


def run(file: Path, *, disease: str, keep_good: bool, dry_run: bool, picture: Path | None) -> bool:
    """True when everything that was asked for was imported."""
    from django.utils import timezone

    from lachan.register.areas.queries import country
    from lachan.register.profiles.models import Disease
    from lachan.response.cases.actions import open_outbreak
    from lachan.response.cases.chain import chain_svg
    from lachan.response.cases.importing import import_line_list

    known = Disease.objects.filter(code=disease).first()
    if known is None:
        complain(
            f"No disease profile is called {disease}; there are: {', '.join(Disease.objects.values_list('code', flat=True))}"
        )
        return False
    outbreak = open_outbreak(disease=known, name=file.stem, area=country(), opened_on=timezone.localdate())
    say(f"Reading {file}")
    report = import_line_list(file, outbreak=outbreak, keep_good=keep_good, dry_run=dry_run, by=None)
    for reject in report.rejects:
        complain(str(reject))
    plain(str(report))
    if picture and not dry_run:
        picture.write_text(chain_svg(outbreak), encoding="utf-8")
        say(f"Chain drawn in {picture}")
    return not report.rejects or keep_good
