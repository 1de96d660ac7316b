"""Reading the rules in force."""

from datetime import date

from lachan.register.profiles.document import Profile, parse
from lachan.register.profiles.models import ProfileVersion


def version_in_force(disease_code: str, on: date) -> ProfileVersion:
    """The stored version that holds on that day. Raises ProfileVersion.DoesNotExist when the disease has none yet."""
    return ProfileVersion.objects.filter(disease_id=disease_code, valid_from__lte=on).latest("valid_from", "number")


def profile_in_force(disease_code: str, on: date) -> Profile:
    """The rules of the disease that hold on that day. Raises ProfileVersion.DoesNotExist."""
    return parse(version_in_force(disease_code, on).document)
