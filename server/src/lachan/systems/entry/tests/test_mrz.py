"""The machine-readable zone: ICAO's specimens, what was misread, and the same answers from the browser's reader."""

import json
import random
import subprocess
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from lachan.faces.app.tests.test_javascript import node
from lachan.systems.entry import mrz
from lachan.testing.vectors import vectors

TODAY = date(2026, 8, 13)
# ICAO Doc 9303 part 4, appendix B.
SPECIMEN = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"


def read(*lines: str) -> mrz.Reading:
    return mrz.read("\n".join(lines), TODAY)


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(vectors("mrz", "mrz_vectors.json").read_text(encoding="utf-8"))
    return found


def test_the_vectors_are_judged_as_their_source_says(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        found = read(*case["lines"])
        assert found.valid is case["valid"], case
        if case["valid"]:
            assert found.values["format"] == case["format"]


def test_a_specimen_is_read_field_by_field() -> None:
    found = read(*SPECIMEN)
    assert found.values == {
        "format": "TD3",
        "kind": "P",
        "issuer": "UTO",
        "surname": "ERIKSSON",
        "given": "ANNA MARIA",
        "number": "L898902C3",
        "nationality": "UTO",
        "birth": "1974-08-12",
        "sex": "female",
        "expires": "2012-04-15",
        "optional": "ZE184226B",
    }


def test_typing_habits_do_no_harm() -> None:
    typed = f"  {SPECIMEN[0].lower().replace('<<', '«')}\r\n\n {SPECIMEN[1][:20]} {SPECIMEN[1][20:]} "
    assert mrz.read(typed, TODAY) == read(*SPECIMEN)
    assert mrz.read("".join(SPECIMEN), TODAY) == read(*SPECIMEN)


def test_what_was_misread_is_said_by_its_place() -> None:
    wrong_number = read(SPECIMEN[0], SPECIMEN[1].replace("L898902C36", "L898902C46"))
    assert wrong_number.problems == (mrz.Problem("check", "number", 2, 1, 10, "L898902C46"),)
    letter = read(SPECIMEN[0], SPECIMEN[1].replace("740812", "74O812"))
    assert mrz.Problem("digit", "birth", 2, 16, 16, "O") in letter.problems
    assert read(SPECIMEN[0], SPECIMEN[1][:-1]).problems == (mrz.Problem("size", "", 2, 1, 43, "44"),)
    assert read(SPECIMEN[0].replace("ANNA", "ANN!"), SPECIMEN[1]).problems == (mrz.Problem("sign", "", 1, 19, 19, "!"),)
    assert read("hello").problems == (mrz.Problem("size", ""),)


def test_a_birth_day_may_be_unknown() -> None:
    line = "L898902C36UTO74<<<<" + mrz.check_digit("74<<<<") + "F1204159ZE184226B<<<<<1"
    line += mrz.check_digit(line[0:10] + line[13:20] + line[21:43])
    found = read(SPECIMEN[0], line)
    assert found.valid
    assert found.values["birth"] == "1974"


def test_a_long_number_goes_on_in_the_optional_field() -> None:
    # Doc 9303 part 5: the number D23145890734, whose check digit is 9.
    first = "I<UTOD23145890<7349<<<<<<<<<<<"
    second = "7408122F1204159UTO<<<<<<<<<<<"
    second += mrz.check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    found = read(first, second, "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
    assert found.valid
    assert found.values["number"] == "D23145890734"
    assert not read(first.replace("7349", "7348"), second, "ERIKSSON<<ANNA<MARIA<<<<<<<<<<").valid


def test_every_single_wrong_digit_of_a_checked_field_is_found() -> None:
    for place in [*range(9), *range(13, 19), *range(21, 27)]:
        for sign in "0123456789":
            if SPECIMEN[1][place] != sign and SPECIMEN[1][place].isdigit():
                assert not read(SPECIMEN[0], SPECIMEN[1][:place] + sign + SPECIMEN[1][place + 1 :]).valid


@given(st.one_of(st.text(max_size=150), st.lists(st.text(SIGNS, min_size=28, max_size=45), max_size=4).map("\n".join)))
def test_no_text_makes_it_fail(text: str) -> None:
    found = mrz.read(text, TODAY)
    assert found.problems or found.values


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=12),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9),
    st.dates(date(1930, 1, 1), TODAY),
)
def test_what_is_written_is_read_back(surname: str, given_name: str, number: str, born: date) -> None:
    first = f"P<VNM{surname}<<{given_name}".ljust(44, "<")
    padded, birth = number.ljust(9, "<"), born.strftime("%y%m%d")
    second = f"{padded}{mrz.check_digit(padded)}VNM{birth}{mrz.check_digit(birth)}F3001019{'<' * 14}0"
    second += mrz.check_digit(second[0:10] + second[13:20] + second[21:43])
    found = read(first, second)
    assert found.valid, found.problems
    assert (found.values["surname"], found.values["given"]) == (surname, given_name)
    assert (found.values["number"], found.values["birth"]) == (number, born.isoformat())


def test_the_browsers_reader_answers_the_same() -> None:
    chance = random.Random(9303)
    texts = [
        "\n".join(SPECIMEN),
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ]
    texts += [
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<",
        "",
        "x",
        "«" * 40,
        "\U0001f600" * 44,
    ]
    texts += ["I<UTOD23145890<7349<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<2\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
    for text in list(texts):
        for _turn in range(60 if len(text) > 30 else 0):
            at = chance.randrange(len(text))
            texts.append(text[:at] + chance.choice(SIGNS + "o !\n") + text[at + 1 :])
    script = (
        f"import {{ readZone }} from {json.dumps((settings.WEB / 'static/entry/mrz.js').as_uri())};"
        "let data = ''; for await (const part of process.stdin) data += part;"
        "console.log(JSON.stringify(JSON.parse(data).map((text) => readZone(text, 2026))));"
    )
    answer = subprocess.run(
        [node(), "--input-type=module", "-e", script],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    for text, theirs in zip(texts, json.loads(answer.stdout), strict=True):
        ours = mrz.read(text, TODAY)
        assert theirs == {"values": ours.values, "problems": [asdict(p) for p in ours.problems]}, text
