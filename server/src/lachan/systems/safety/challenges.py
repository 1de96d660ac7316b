"""What a day asks for beside the tasks: the same for everybody at that place on that day, not to be guessed before."""

from datetime import date

from lachan.ground.platform import keyring
from lachan.ground.platform.wording import english
from lachan.register.places.models import Place
from lachan.systems.safety.criteria import Criteria


def challenge_of(criteria: Criteria, place: Place, day: date) -> str:
    """The challenge in the page's language, "" where the set has none."""
    challenges = criteria.daily.challenges
    if not challenges:
        return ""
    drawn = int.from_bytes(keyring.blind_index("safety-challenge", f"{place.key}:{day.isoformat()}")[:8], "big")
    chosen = challenges[drawn % len(challenges)]
    number = drawn // len(challenges) % chosen.upto + 1
    return (chosen.en if english() else chosen.vi).replace("{n}", str(number))
