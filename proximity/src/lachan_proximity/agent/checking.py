"""What the published keys mean to the owner, as one document: risk, sentence, encounters."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from lachan_proximity.calibration import UNKNOWN, Calibration
from lachan_proximity.exposures import check
from lachan_proximity.keyfile import Export
from lachan_proximity.risk.profile import RiskProfile
from lachan_proximity.risk.why import explain
from lachan_proximity.risk.windows import result_json
from lachan_proximity.sightings import Sightings


def examined(
    store: Sightings,
    exports: Iterable[Export],
    profile: RiskProfile,
    *,
    today: int,
    receiver: Calibration = UNKNOWN,
    part_of_day: bool = False,
) -> dict[str, Any]:
    """As the protocol's section 8 has it, with `why` in both languages and the encounters. `today` is a UTC day."""
    checked = check(store, exports, profile, today=today, receiver=receiver)
    document = result_json(profile, checked.result, today)
    document["why"] = {
        language: explain(
            checked.result, today=today, language=language, near=checked.near, show_part_of_day=part_of_day
        )
        for language in ("vi", "en")
    }
    document["encounters"] = [
        {
            "date": datetime.fromtimestamp(encounter.start, UTC).date().isoformat(),
            "minutesCertain": round(encounter.certain, 1),
            "minutesPossible": round(encounter.possible, 1),
            "typicalAttenuation": round(encounter.typical_attenuation),
            "probabilityWithin2m": None if estimate is None else round(estimate.near, 2),
            "metres80": None if estimate is None else [round(estimate.low, 1), round(estimate.high, 1)],
        }
        for exposure in checked.exposures
        for encounter, estimate in exposure.encounters
    ]
    return document
