"""`python -m bench._proximity_seed COUNT FILE`: a case with COUNT certified codes, and what publishes with them.

A process of its own, since Django is set up once a process. FILE gets one body a line.
"""

import json
import os
import secrets
import string
import sys
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import django

KEYS = 14


def main(count: int, target: Path) -> None:
    django.setup()
    from django.utils import timezone

    from lachan.ground import audit
    from lachan.register.areas.models import Area, Level
    from lachan.register.people.models import Person
    from lachan.register.profiles.actions import load_profiles
    from lachan.register.profiles.models import Disease
    from lachan.response.cases import actions as cases
    from lachan.systems.proximity import codes, keys
    from lachan.systems.proximity.api import REQUEST_BYTES
    from lachan.systems.proximity.models import Code, Report
    from lachan_proximity.identifiers.gaen import DayKey

    now = timezone.now()
    with audit.acting(audit.system("bench")):
        load_profiles()
        since = timezone.localdate()
        area = Area.objects.create(
            code="bench", level=Level.PROVINCE, name="Tỉnh Thử", folded="tinh thu", valid_from=since, first_listed=since
        )
        person = Person.objects.create(name="Người Thử", folded="nguoi thu", erase_at=since + timedelta(days=700))
        outbreak = cases.open_outbreak(disease=Disease.objects.get(code="covid19"), name="Thử", area=area, by=None)
        case = cases.record_case(outbreak=outbreak, person=person, by=None, status="confirmed", onset_on=since)
    today = int(now.timestamp()) // 600 // 144 * 144
    made, lines = [], []
    for _nth in range(count):
        shared = [DayKey(secrets.token_bytes(16), today - 144 * ago) for ago in range(KEYS)]
        secret = secrets.token_bytes(32)
        mac = keys.mac(secret, shared)
        code = Code(
            code_hash=secrets.token_bytes(32),
            person=person,
            outbreak=outbreak,
            case=case,
            report=Report.CONFIRMED,
            status=Code.Status.CERTIFIED,
            issued_at=now,
            expires_at=now + timedelta(hours=24),
            token_hash=secrets.token_bytes(32),
            mac=mac,
            erase_at=since + timedelta(days=21),
        )
        made.append(code)
        body = {
            "certificate": codes.certificate(code, mac, now),
            "mac_key": b64encode(secret).decode(),
            "keys": [{"key": b64encode(k.tek).decode(), "start": k.start, "period": k.period} for k in shared],
            "region": "VN",
            "officer": True,
            "padding": "",
        }
        missing = REQUEST_BYTES - len(json.dumps(body))
        lines.append(json.dumps(body | {"padding": "".join(secrets.choice(string.hexdigits) for _ in range(missing))}))
    Code.objects.bulk_create(made, batch_size=1000)
    target.write_text("\n".join(lines))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
    main(int(sys.argv[1]), Path(sys.argv[2]))
