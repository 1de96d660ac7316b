"""What is fetched is what the log names, from the key that is trusted; what breaks off goes on."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from key_authority import NOW, Authority, shipped
from lachan_proximity import jws
from lachan_proximity.agent.library import GRACE_S, BusyError, Library, LibraryError
from lachan_proximity.agent.line import Answer, OfflineError
from lachan_proximity.keyfile import Signer
from lachan_proximity.risk.profile import RiskProfile


@pytest.fixture
def authority() -> Authority:
    return Authority()


def test_new_files_come_once_and_old_ones_go(authority: Authority, tmp_path: Path) -> None:
    names = [authority.publish(nth) for nth in range(3)]
    library = Library(tmp_path)
    assert library.refresh(authority.send, NOW).new == 3
    assert library.names() == names and len(list(library.exports())) == 3
    authority.asked.clear()
    assert Library(tmp_path).refresh(authority.send, NOW).new == 0
    assert authority.asked == ["keys/index.txt", f"log?after={len(authority.log)}"]
    authority.enter("erased", names[0], authority.files.pop(names[0]))
    assert Library(tmp_path).refresh(authority.send, NOW).gone == 1
    assert Library(tmp_path).names() == names[1:]


def test_what_broke_off_goes_on_where_it_stopped(authority: Authority, tmp_path: Path) -> None:
    names = [authority.publish(nth) for nth in range(4)]
    authority.away_at = f"keys/{names[2]}"
    with pytest.raises(OfflineError):
        Library(tmp_path).refresh(authority.send, NOW)
    assert Library(tmp_path).names() == names[:2]
    authority.away_at = ""
    authority.asked.clear()
    assert Library(tmp_path).refresh(authority.send, NOW).new == 2
    assert [each for each in authority.asked if each.endswith(".zip")] == [f"keys/{name}" for name in names[2:]]


def test_a_lost_state_is_fetched_anew(authority: Authority, tmp_path: Path) -> None:
    authority.publish(0)
    Library(tmp_path).refresh(authority.send, NOW)
    (tmp_path / "state.json").write_text('{"key": {"pe')
    assert Library(tmp_path).refresh(authority.send, NOW).new == 0
    assert len(list(Library(tmp_path).exports())) == 1


def test_the_profile_is_that_of_the_log(authority: Authority, tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.refresh(authority.send, NOW)
    assert library.profile() == RiskProfile.shipped()
    authority.settings = shipped() + b"# another\n"
    authority.enter("settings", "risk-profile.yaml", authority.settings)
    library.refresh(authority.send, NOW)
    assert (tmp_path / "settings.yaml").read_bytes() == authority.settings
    authority.settings += b"# not in the log\n"
    (tmp_path / "settings.yaml").unlink()
    with pytest.raises(LibraryError, match="settings"):
        library.refresh(authority.send, NOW)


def test_a_file_that_is_not_in_the_log_waits(authority: Authority, tmp_path: Path) -> None:
    authority.publish(0, logged=False)
    library = Library(tmp_path)
    assert (library.refresh(authority.send, NOW).waiting, library.names()) == (1, [])


def refused(authority: Authority, folder: Path, fault: str) -> None:
    with pytest.raises(LibraryError) as wrong:
        Library(folder).refresh(authority.send, NOW)
    assert wrong.value.fault == fault


def test_a_changed_file_and_a_foreign_one_are_not_used(authority: Authority, tmp_path: Path) -> None:
    name = authority.publish(0)
    good = authority.files[name]
    authority.files[name] = good[:-1] + bytes([good[-1] ^ 1])
    refused(authority, tmp_path, "file changed")
    assert Library(tmp_path).names() == []
    authority.files[name] = good
    authority.publish(1, signer=Signer(ec.generate_private_key(ec.SECP256R1()), "lachan", "v1"))
    refused(authority, tmp_path, "file changed")
    assert Library(tmp_path).names() == [name]


def test_a_file_of_another_region_is_not_used(authority: Authority, tmp_path: Path) -> None:
    authority.publish(0, region="LA")
    refused(authority, tmp_path, "file changed")


def test_another_key_is_not_taken(authority: Authority, tmp_path: Path) -> None:
    Library(tmp_path / "one").refresh(authority.send, NOW)
    given = authority.pem()
    Library(tmp_path / "two", public_key=given).refresh(authority.send, NOW)
    authority.signer = Signer(ec.generate_private_key(ec.SECP256R1()), "lachan", "v1")
    refused(authority, tmp_path / "one", "key other")
    with pytest.raises(LibraryError, match="another key"):
        Library(tmp_path / "three", public_key=given).refresh(authority.send, NOW)


@pytest.mark.parametrize("change", ["shorter", "rewritten", "forked"])
def test_a_log_that_differs_from_before_is_noticed(authority: Authority, tmp_path: Path, change: str) -> None:
    authority.publish(0)
    authority.publish(1)
    Library(tmp_path).refresh(authority.send, NOW)
    if change == "shorter":
        del authority.log[-1]
    elif change == "rewritten":
        del authority.log[-1]
        authority.enter("file", "another.zip", b"")
    else:
        del authority.log[-1]
        authority.enter("file", "another.zip", b"")
        authority.publish(2)
    refused(authority, tmp_path, "log broken")


@pytest.mark.parametrize("lie", ["other hash", "beyond the head", "first page alone"])
def test_a_lie_about_the_log_does_not_stay(authority: Authority, tmp_path: Path, lie: str) -> None:
    """Entries that follow from one another but do not lead to the signed head are forgotten, also after a restart."""
    Library(tmp_path).refresh(authority.send, NOW)
    before = json.loads((tmp_path / "state.json").read_text())
    truth = list(authority.log)
    head = {"aud": "lachan-log", "number": len(truth) + 1, "hash": "00" * 32}
    if lie == "beyond the head":
        head = {"aud": "lachan-log", "number": len(truth), "hash": truth[-1].hash.hex()}
    elif lie == "first page alone":
        # Two entries a page: the second page breaks off.
        authority.publish(1)
        authority.publish(2)
        authority.away_at = f"log?after={len(truth) + 2}"
        head["number"] = len(truth) + 9
    authority.enter("file", "1790000000-1790003600-00009.zip", b"a lie")

    def send(asked: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        told = authority.send(asked, body, headers)
        if "log?after=" not in asked:
            return told
        said = json.loads(told.body) | {"head": jws.sign(head, authority.signer.key)}
        return Answer(200, json.dumps(said).encode())

    library = Library(tmp_path)
    with pytest.raises(OfflineError if lie == "first page alone" else LibraryError):
        library.refresh(send, NOW)
    assert json.loads((tmp_path / "state.json").read_text()) == before
    authority.log, authority.away_at = truth, ""
    authority.files.clear()
    name = authority.publish(0)
    assert library.refresh(authority.send, NOW).new == 1
    assert Library(tmp_path).refresh(authority.send, NOW).new == 0
    assert Library(tmp_path).names() == [name]


def test_a_file_kept_from_this_device_is_noticed(authority: Authority, tmp_path: Path) -> None:
    name = authority.publish(0)
    authority.publish(1)
    del authority.files[name]
    refused(authority, tmp_path, "withheld")
    assert len(Library(tmp_path).names()) == 1, "the others are used"
    fresh = Authority()
    fresh.enter("file", name, b"", at=NOW - GRACE_S // 2)
    Library(tmp_path / "fresh").refresh(fresh.send, NOW)


@pytest.mark.parametrize(
    ("path", "answer", "fault"),
    [
        ("keys/index.txt", Answer(200, b"/api/v1/proximity/keys/../../etc/passwd\n"), "file changed"),
        ("keys/index.txt", Answer(302, b""), "not ours"),
        ("key", Answer(200, b"<html>"), "not ours"),
        ("key", Answer(200, b"[]"), "key other"),
        ("log?after=0", Answer(200, b'{"entries": 7, "head": ""}'), "log broken"),
        ("log?after=0", Answer(200, b'{"entries": [], "head": "a.b.c"}'), "key other"),
    ],
)
def test_answers_of_others_are_named(
    authority: Authority, tmp_path: Path, path: str, answer: Answer, fault: str
) -> None:
    def send(asked: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        return answer if asked.endswith(path) else authority.send(asked, body, headers)

    with pytest.raises(LibraryError) as wrong:
        Library(tmp_path).refresh(send, NOW)
    assert wrong.value.fault == fault


def test_a_busy_server_says_when(authority: Authority, tmp_path: Path) -> None:
    def send(path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        return Answer(503, b"", {"retry-after": "30"})

    with pytest.raises(BusyError) as wrong:
        Library(tmp_path).refresh(send, NOW)
    assert wrong.value.answer.headers["retry-after"] == "30"
