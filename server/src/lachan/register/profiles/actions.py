"""Publishing versions of disease profiles."""

from pathlib import Path

from django.db import transaction

from lachan.ground import audit
from lachan.register.profiles.document import Profile, ProfileError, dump, parse_toml
from lachan.register.profiles.models import Disease, ProfileVersion

DATA = Path(__file__).parent / "data"


@transaction.atomic
def publish_version(*, profile: Profile) -> ProfileVersion:
    """Store the version, or return it when it is already stored.

    Raises ProfileError when that number is stored with other rules: a published version never changes.
    """
    disease, _created = Disease.objects.update_or_create(
        code=profile.disease, defaults={"name": profile.name, "name_en": profile.name_en}
    )
    document = dump(profile)
    version, created = ProfileVersion.objects.get_or_create(
        disease=disease,
        number=profile.number,
        defaults={"valid_from": profile.valid_from, "document": document, "legal_basis": profile.legal_basis},
    )
    if not created and version.document != document:
        raise ProfileError(
            f"{profile.disease} version {profile.number} is already published with other rules; "
            f"give the changed rules the number {profile.number + 1}"
        )
    if created:
        audit.record(action="profiles.version.publish", obj=version, detail={"number": profile.number})
    return version


def load_profiles(folder: Path = DATA) -> list[ProfileVersion]:
    """Publish every shipped version that is not stored yet. Raises ProfileError with the file's name."""
    versions = []
    for path in sorted(folder.glob("*/*.toml")):
        try:
            versions.append(publish_version(profile=parse_toml(path.read_text(encoding="utf-8"))))
        except ProfileError as error:
            raise ProfileError(f"{path.relative_to(folder)}: {error}") from error
    return versions
