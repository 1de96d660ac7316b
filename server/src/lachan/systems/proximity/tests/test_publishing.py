"""From an officer's code to published keys: what is taken, what is refused, and that nothing of a refusal stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lachan.ground import audit
from lachan.ground.audit.models import AuditEvent
from lachan.ground.platform import keyring
from lachan.systems.proximity import codes, jws
from lachan.systems.proximity.api import ANSWER_BYTES, MAX_KEYS
from lachan.systems.proximity.errors import Refused
from lachan.systems.proximity.models import Code, Decoy, PublishedKey, Upload
from lachan.systems.proximity.tests.devices import Device, today
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
    long = issue(long=True)
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
    code = issue(long=True)
    row = Code.objects.filter(pk=code.code.pk).values().get()
    kept = [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
    assert not any(code.text.encode() in value for value in kept)
