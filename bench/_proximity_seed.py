"""`python -m bench._proximity_seed COUNT PAIRS FOLDER`: a case with COUNT certified and PAIRS claimed and issued codes,
and what is sent with them.

A process of its own, since Django is set up once a process. `publish.jsonl`, `certificate.jsonl` and `verify.jsonl` get
one body a line; `certificate-dummy.jsonl` and `verify-dummy.jsonl` those of dummies.
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
REQUEST_BYTES = 4096


def filled(body: dict[str, object]) -> str:
    """The body in the one size of these requests."""
    missing = REQUEST_BYTES - len(json.dumps(body | {"padding": ""}))
    return json.dumps(body | {"padding": "".join(secrets.choice(string.hexdigits) for _ in range(missing))})


def asked(token: str) -> str:
    """A request for a certificate."""
    return filled({"token": token, "mac": b64encode(secrets.token_bytes(32)).decode()})


def main(count: int, pairs: int, folder: Path) -> None:
    django.setup()
    from django.utils import timezone

    from lachan.ground import audit
    from lachan.register.access.tokens import hash_token, new_token
    from lachan.register.areas.models import Area, Level
    from lachan.register.people.models import Person
    from lachan.register.profiles.actions import load_profiles
    from lachan.register.profiles.models import Disease
    from lachan.response.cases import actions as cases
    from lachan.systems.proximity import codes, keys
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

    def fresh(status: str, **more: object) -> Code:
        return Code(
            **{
                "code_hash": secrets.token_bytes(32),
                "person": person,
                "outbreak": outbreak,
                "case": case,
                "report": Report.CONFIRMED,
                "status": status,
                "issued_at": now,
                "expires_at": now + timedelta(hours=24),
                "erase_at": since + timedelta(days=21),
            }
            | more
        )

    made, lines = [], []
    for _nth in range(count):
        shared = [DayKey(secrets.token_bytes(16), today - 144 * ago) for ago in range(KEYS)]
        secret = secrets.token_bytes(32)
        mac = keys.mac(secret, shared)
        code = fresh(Code.Status.CERTIFIED, token_hash=secrets.token_bytes(32), mac=mac)
        made.append(code)
        body = {
            "certificate": codes.certificate(code, mac, now),
            "mac_key": b64encode(secret).decode(),
            "keys": [{"key": b64encode(k.tek).decode(), "start": k.start, "period": k.period} for k in shared],
            "region": "VN",
            "officer": True,
        }
        lines.append(filled(body))
    typed = [f"{secrets.randbits(64):016X}" for _nth in range(pairs)]
    tokens = [new_token() for _nth in range(pairs)]
    made += [fresh(Code.Status.ISSUED, code_hash=codes._hash(text)) for text in typed]
    made += [fresh(Code.Status.CLAIMED, token_hash=hash_token(token)) for token in tokens]
    Code.objects.bulk_create(made, batch_size=1000)
    written = {
        "publish": lines,
        "verify": [filled({"code": text}) for text in typed],
        "verify-dummy": [filled({"code": f"{secrets.randbits(64):016X}"}) for _nth in range(pairs)],
        "certificate": [asked(token) for token in tokens],
        "certificate-dummy": [asked(new_token()) for _nth in range(pairs)],
    }
    for name, bodies in written.items():
        (folder / f"{name}.jsonl").write_text("\n".join(bodies))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
