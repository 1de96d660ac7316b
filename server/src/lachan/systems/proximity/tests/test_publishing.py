"""From an officer's code to published keys: what is taken, what is refused, and that nothing of a refusal stays."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform import keyring
from lachan.register.access import ratelimit
from lachan.register.areas.models import Area
from lachan.systems.proximity import api, codes, queries
from lachan.systems.proximity.api import ANSWER_BYTES, MAX_KEYS
from lachan.systems.proximity.errors import Refused
from lachan.systems.proximity.models import Code, Decoy, PublishedKey, Upload
from lachan.systems.proximity.tests.devices import Device, b64, today
from lachan_proximity import jws
from lachan_proximity.identifiers.gaen import DayKey

pytestmark = pytest.mark.django_db
Issue = Callable[..., Any]


def stored() -> tuple[int, int]:
    return Upload.objects.count(), PublishedKey.objects.count()


def refusal(answer: Any) -> tuple[int, str]:
    assert len(answer.content) == ANSWER_BYTES, "a refusal is as long as any other answer"
    return answer.status_code, answer.json()["error"]["code"]


def test_code_to_receipt(issue: Issue, hanh: Any) -> None:
    device, code = Device(), issue()
    shared = [device.key(ago) for ago in (0, 1, 2)]
    answer = device.publish(codes.spoken(code.text), shared)
    assert answer.status_code == 200 and len(answer.content) == ANSWER_BYTES
    receipt = jws.verify(answer.json()["signed"], keyring.signing_key(codes.SIGNING_KEY).public_key())
    assert receipt["officerKnows"] is True and len(receipt["days"]) == 3
    assert receipt["days"][0]["publishedFrom"] == (shared[2].end + 12) * 600
    upload = Upload.objects.get()
    assert upload.person_id == hanh.person.pk
    assert {bytes(row.tek) for row in PublishedKey.objects.all()} == {key.tek for key in shared}
    used = Code.objects.get()
    assert (used.status, used.token_hash, used.mac) == ("used", None, None)


def test_without_the_persons_yes_nothing_leads_from_the_code_to_the_keys(issue: Issue) -> None:
    device = Device()
    device.publish(issue().text, [device.key(1)], officer=False)
    upload = Upload.objects.get()
    assert (upload.person_id, upload.outbreak_id) == (None, None)
    row = AuditEvent.objects.get(action="proximity.keys.publish")
    assert (row.subject_id, row.object_id) == (None, "")


def test_a_lost_token_is_given_again_to_who_asked(issue: Issue) -> None:
    device, code = Device(), issue()
    mine, other = b64(bytes(16)), b64(bytes([1]) * 16)
    first = device.send("verify", {"code": code.text, "nonce": mine}).json()
    again = device.send("verify", {"code": codes.spoken(code.text), "nonce": mine}).json()
    assert first["token"] == again["token"] and first["expires"] == again["expires"]
    assert refusal(device.send("verify", {"code": code.text, "nonce": other})) == (422, "code_used")
    assert refusal(device.verify(code.text)) == (422, "code_used")
    key = device.key(1)
    assert device.certify(first["token"], [key]).status_code == 200
    assert refusal(device.send("verify", {"code": code.text, "nonce": mine})) == (422, "code_used"), "under way"
    assert refusal(device.send("verify", {"code": "12345678", "nonce": mine})) == (422, "code_unknown")


def test_a_nonce_that_can_be_guessed_is_refused(issue: Issue) -> None:
    device, code = Device(), issue()
    for length in (1, 15):
        answer = device.send("verify", {"code": code.text, "nonce": b64(bytes(length))})
        assert refusal(answer) == (422, "nonce_short")
        assert answer.json()["error"]["field"] == "nonce"
    assert Code.objects.get().status == "issued"
    assert device.send("verify", {"code": code.text, "nonce": b64(bytes(16))}).status_code == 200


@pytest.mark.parametrize(
    ("status", "listed"), [("issued", True), ("claimed", True), ("certified", True), ("used", False)]
)
def test_a_case_whose_code_ran_out_unused_is_listed_again(issue: Issue, case: Any, status: str, listed: bool) -> None:
    issue()
    areas = Area.objects.values("pk")
    Code.objects.update(status=status)
    assert not queries.cases_without_code(areas).exists()
    Code.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert list(queries.cases_without_code(areas)) == ([case] if listed else [])


def test_a_lost_answer_is_given_again_and_stores_nothing_twice(issue: Issue) -> None:
    device, code = Device(), issue()
    shared = [device.key(1)]
    body = device.body(device.certificate(code.text, shared), shared)
    first, second = device.send("publish", body), device.send("publish", body)
    assert first.json()["secret"] == second.json()["secret"]
    assert first.json()["signed"] == second.json()["signed"]
    assert stored() == (1, 1)


def test_code_is_refused(issue: Issue, province_officer: Any) -> None:
    device = Device()
    assert refusal(device.verify("00000000" if issue().text != "00000000" else "00000001")) == (422, "code_unknown")
    used = issue()
    assert device.verify(used.text).status_code == 200
    assert refusal(device.verify(used.text)) == (422, "code_used")
    old = issue()
    Code.objects.filter(pk=old.code.pk).update(expires_at=timezone.now())
    assert refusal(device.verify(old.text)) == (422, "code_expired")
    gone = issue()
    with audit.acting(audit.system("tests")):
        codes.withdraw_code(code=gone.code, by=province_officer)
    assert refusal(device.verify(gone.text)) == (422, "code_withdrawn")
    assert stored() == (0, 0)


def test_codes_are_read_aloud_forgivingly(issue: Issue) -> None:
    long = issue(form=codes.Form.LONG)
    typed = codes.spoken(long.text).lower().replace("0", "o").replace("1", "l")
    assert Device().verify(typed).status_code == 200


def test_guessing_is_slowed(issue: Issue) -> None:
    device, answers = Device(), []
    for nth in range(62):
        answers.append(device.verify(f"ABC{nth}").status_code)
    assert answers[0] == 422 and answers[-1] == 429


def bad_keys(device: Device) -> dict[str, list[DayKey]]:
    late = device.key(2)
    return {
        "key_from_future": [DayKey(bytes(16), today() + 288)],
        "key_too_old": [DayKey(bytes(15) + b"1", today() - 144 * 16)],
        "key_twice": [late, DayKey(late.tek, late.start - 144)],
        "keys_overlap": [late, DayKey(bytes(15) + b"2", late.start + 10)],
    }


@pytest.mark.parametrize("reason", ["key_from_future", "key_too_old", "key_twice", "keys_overlap"])
def test_keys_are_refused(issue: Issue, reason: str) -> None:
    device, code = Device(), issue()
    shared = bad_keys(device)[reason]
    assert refusal(device.publish(code.text, shared)) == (422, reason)
    assert stored() == (0, 0)
    assert Code.objects.get().status == "certified", "the code is not spent by a refusal"


def test_other_keys_than_certified_are_refused(issue: Issue) -> None:
    device, code = Device(), issue()
    certificate = device.certificate(code.text, [device.key(1)])
    assert refusal(device.send("publish", device.body(certificate, [device.key(2)]))) == (422, "keys_changed")
    assert refusal(device.certify("no such token", [device.key(1)])) == (422, "token_unknown")
    assert stored() == (0, 0)


def test_a_certificate_is_bound_and_used_once(issue: Issue) -> None:
    device, code = Device(), issue()
    token = device.verify(code.text).json()["token"]
    mine, other = [device.key(1)], [device.key(2)]
    certificate = device.certify(token, mine).json()["certificate"]
    assert refusal(device.certify(token, other)) == (422, "token_bound")
    assert device.certify(token, mine).status_code == 200
    assert device.send("publish", device.body(certificate, mine)).status_code == 200
    forged = certificate[:-4] + ("AAAA" if not certificate.endswith("AAAA") else "BBBB")
    assert refusal(device.send("publish", device.body(forged, mine))) == (422, "certificate_forged")
    assert refusal(device.send("publish", device.body("x.y.z", mine))) == (422, "certificate_forged")
    assert stored() == (1, 1)


def test_an_old_certificate_and_a_wrong_region_are_refused(issue: Issue, monkeypatch: Any) -> None:
    device, code = Device(), issue()
    shared = [device.key(1)]
    certificate = device.certificate(code.text, shared)
    wrong = device.send("publish", device.body(certificate, shared, region="DE"))
    assert refusal(wrong) == (422, "wrong_region")
    monkeypatch.setattr(codes, "CERTIFICATE_LIFE", timedelta(0))
    certificate = codes.certificate(code.code, bytes(32), timezone.now())
    assert refusal(device.send("publish", device.body(certificate, shared))) == (422, "certificate_expired")
    assert stored() == (0, 0)


def test_somebody_elses_published_key_is_refused(issue: Issue) -> None:
    device, thief = Device(), Device()
    device.publish(issue().text, [device.key(1)])
    thief.keys[1] = device.key(1)
    assert refusal(thief.publish(issue().text, [thief.key(1), thief.key(2)])) == (422, "key_known")
    assert stored() == (1, 1)


def test_size_is_one(issue: Issue) -> None:
    device, code = Device(), issue()
    shared = [device.key(1)]
    body = device.body(device.certificate(code.text, shared), shared)
    short, long = device.send("publish", body, size=2000), device.send("publish", body, size=4097)
    assert (short.status_code, short.json()["error"]["code"]) == (422, "not_padded")
    assert (long.status_code, long.json()["error"]["code"]) == (413, "too_large")
    many = body | {"keys": body["keys"] * (MAX_KEYS + 1)}
    assert device.send("publish", many, size=0).status_code == 422
    assert device.client.post("/api/v1/proximity/publish", b"x" * 70_000, "application/json").status_code == 413
    assert stored() == (0, 0)


def test_thirty_keys_fit_into_a_request_and_their_receipt_into_an_answer(issue: Issue) -> None:
    device = Device()
    shared = [DayKey(bytes([nth]) * 16, today() - 144 * 12 + 48 * nth, 48) for nth in range(30)]
    answer = device.publish(issue().text, shared)
    assert answer.status_code == 200 and len(answer.content) == ANSWER_BYTES and answer.json()["padding"]


def test_a_decoy_looks_the_same_and_leaves_its_hour_only(issue: Issue) -> None:
    device = Device()
    shared = [device.key(ago) for ago in (1, 2)]
    chaff = {"X-Chaff": "1"}
    answers = [
        device.verify("12345678", **chaff),
        device.certify("any token", shared, **chaff),
        device.send("publish", device.body("a.b.c", shared), **chaff),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert {len(answer.content) for answer in answers} == {ANSWER_BYTES}
    real = device.publish(issue().text, shared)
    assert answers[2].json().keys() == real.json().keys()
    assert stored() == (1, 2) and Decoy.objects.count() == 1


def test_a_decoy_with_a_real_code_does_not_spend_it(issue: Issue) -> None:
    device, code = Device(), issue()
    device.verify(code.text, **{"X-Chaff": "1"})
    assert device.verify(code.text).status_code == 200


def test_taking_keys_back(issue: Issue) -> None:
    device = Device()
    receipt = device.publish(issue().text, [device.key(1)]).json()
    holder = {"upload": receipt["upload"], "secret": receipt["secret"]}
    wrong = device.send("revoke", holder | {"secret": "f" * 64}, size=0)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (404, "receipt_unknown")
    assert device.send("revoke", holder, size=0).status_code == 200
    assert device.send("revoke", holder, size=0).status_code == 200
    assert PublishedKey.objects.count() == 0
    assert Upload.objects.get().person_id is None


def test_only_cases_and_confirmed_contacts_get_codes(case: Any, province_officer: Any, issue: Issue) -> None:
    case.status = "suspected"
    case.save(update_fields=["status"])
    with pytest.raises(Refused) as refused:
        issue()
    assert refused.value.code == "case_not_sure"
    case.status = "confirmed"
    case.save(update_fields=["status"])
    for _nth in range(codes.OUTSTANDING):
        issue()
    with pytest.raises(Refused) as refused:
        issue()
    assert refused.value.code == "codes_outstanding"


def test_the_code_itself_is_nowhere(issue: Issue) -> None:
    code = issue(form=codes.Form.LONG)
    row = Code.objects.filter(pk=code.code.pk).values().get()
    kept = [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
    assert not any(code.text.encode() in value for value in kept)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits for the next step, none of them waited."""
    slept: list[float] = []
    monkeypatch.setattr(api, "ANSWER_STEP_S", 0.06)
    monkeypatch.setattr(api.time, "sleep", slept.append)
    return slept


def test_too_many_certificates_are_refused_at_once(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    monkeypatch.setattr(codes, "CERTIFICATES_IP", ratelimit.Limit("test.certificate", 2, 600))
    device = Device()
    shared = [device.key(1)]
    token = device.verify(issue().text).json()["token"]
    assert [device.certify(token, shared).status_code for _nth in range(2)] == [200, 200]
    assert len(waits) == 3
    for more in ({}, {"X-Chaff": "1"}):
        refused = device.certify(token, shared, **more)
        assert refusal(refused) == (429, "too_many_certificates")
        assert 0 < int(refused["Retry-After"]) <= 300 and "phút" in refused.json()["error"]["message"]
    assert len(waits) == 3


def test_half_of_the_threads_wait_and_no_more(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    assert api._waiting._initial_value == 4  # type: ignore[attr-defined]
    monkeypatch.setattr(api, "_waiting", threading.BoundedSemaphore(1))
    device, code = Device(), issue()
    with api._waiting:
        for more in ({}, {"X-Chaff": "1"}):
            busy = device.verify(code.text, **more)
            assert refusal(busy) == (503, "busy") and busy["Retry-After"] == "1"
    assert waits == [] and Code.objects.get().status == "issued"
    assert device.verify(code.text).status_code == 200
    # A fault of the server gives its place back.
    monkeypatch.setattr(codes, "claim", lambda **_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        device.verify(code.text)
    assert api._waiting.acquire(blocking=False)


def test_many_addresses_guess_no_faster(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "TRIES_ALL", ratelimit.Limit("test.all", 3, 900))
    right, device = issue(), Device()

    def try_from(address: str, code: str, **headers: str) -> Any:
        device.client.defaults["REMOTE_ADDR"] = address
        return device.verify(code, **headers)

    for nth in range(6):
        assert try_from(f"10.0.0.{nth}", f"ABC{nth}", **{"X-Chaff": "1"}).status_code == 200, "no guess, not counted"
    assert try_from("10.0.1.0", issue().text).status_code == 200, "a right one is not counted"
    assert [try_from(f"10.0.2.{nth}", f"ABC{nth}").status_code for nth in range(4)] == [422, 422, 422, 429]
    # A right one is refused like a wrong one, or the refusals would tell them apart; so is a dummy.
    refused = try_from("10.0.3.0", right.text)
    assert refusal(refused) == (429, "too_many_tries") and int(refused["Retry-After"]) > 0
    assert refusal(try_from("10.0.3.1", "ABC", **{"X-Chaff": "1"})) == (429, "too_many_tries")
    Code.objects.get(pk=right.code.pk, status="issued")
    # Whoever guesses short codes keeps nobody with a long one out, and no dummy that looks like it.
    assert try_from("10.0.4.0", "A" * 16).status_code == 422
    assert try_from("10.0.4.1", "A" * 16, **{"X-Chaff": "1"}).status_code == 200
    assert try_from("10.0.4.2", issue(form=codes.Form.LONG).text).status_code == 200


def test_a_network_guesses_no_faster_than_an_address(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "TRIES_IP", ratelimit.Limit("test.ip", 2, 900))
    device, answers = Device(), []
    for nth in range(3):
        device.client.defaults["REMOTE_ADDR"] = f"2001:db8::{nth}"
        answers.append(device.verify(f"ABC{nth}").status_code)
    assert answers == [422, 422, 429]


def test_a_decoy_learns_nothing_of_a_code(issue: Issue, province_officer: Any) -> None:
    device, used = Device(), issue()
    device.verify(used.text)
    live, old = issue(), issue()
    Code.objects.filter(pk=old.code.pk).update(expires_at=timezone.now())
    gone = issue()
    with audit.acting(audit.system("tests")):
        codes.withdraw_code(code=gone.code, by=province_officer)
    Code.objects.update(report=4)
    for text in (live.text, used.text, old.text, gone.text, "12345678"):
        answer = device.verify(text, **{"X-Chaff": "1"})
        told = answer.json()
        assert answer.status_code == 200 and (told["report"], told["onset"]) == (1, None)
        assert told["expires"] > timezone.now().timestamp() + 23 * 3600
    assert Code.objects.get(pk=live.code.pk).status == "issued"
