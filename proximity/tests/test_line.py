"""Patience with a server that is busy or away, and nothing sent elsewhere."""

import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lachan_proximity.agent.line import Answer, OfflineError, Patience, over_http, patient, retry_after

OFFLINE = None


class Script:
    """Answers in order; None is no answer."""

    def __init__(self, *answers: Answer | None) -> None:
        self.answers, self.asked = list(answers), 0
        self.waits: list[float] = []

    def send(self, path: str, body: bytes | None, headers: object) -> Answer:
        self.asked += 1
        answer = self.answers.pop(0)
        if answer is None:
            raise OfflineError("away")
        return answer

    def patience(self, tries: int = 4) -> Patience:
        return Patience(tries=tries, sleep=self.waits.append, draw=lambda low, _high: low)


def later(status: int, after: str = "") -> Answer:
    return Answer(status, b"", {"retry-after": after} if after else {})


def test_it_waits_as_told_and_sends_the_same_again() -> None:
    script = Script(later(503, "7"), OFFLINE, later(429), Answer(200, b"done"))
    assert patient(script.send, script.patience())("/x", b"body", {}).body == b"done"
    assert script.waits == [7.0, 2.0, 8.0]


def test_the_last_answer_is_given_as_it_is() -> None:
    script = Script(*[later(503, "1")] * 4)
    assert patient(script.send, script.patience())("/x", b"", {}).status == 503
    assert script.asked == 4
    script = Script(OFFLINE, OFFLINE)
    with pytest.raises(OfflineError):
        patient(script.send, script.patience(tries=2))("/x", b"", {})


@pytest.mark.parametrize("answer", [Answer(422, b""), Answer(200, b""), later(429, "900")])
def test_a_refusal_and_a_long_wait_are_not_tried_again(answer: Answer) -> None:
    script = Script(answer)
    assert patient(script.send, script.patience())("/x", b"", {}) is answer
    assert script.waits == []


def test_a_date_is_understood_and_nonsense_is_not() -> None:
    now = 1_790_000_000.0
    assert retry_after(later(503, formatdate(now + 90, usegmt=True)), now) == 90
    assert retry_after(later(503, formatdate(now - 90, usegmt=True)), now) == 0
    assert retry_after(later(503, "soon"), now) is None
    assert retry_after(later(503), now) is None


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/secret")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.seen.append(self.path)  # type: ignore[attr-defined]

    def log_message(self, *_about: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_redirection_is_not_followed(elsewhere: HTTPServer) -> None:
    send = over_http(f"http://127.0.0.1:{elsewhere.server_port}/")
    answer = send("/first", None, {"Authorization": "Bearer x"})
    assert (answer.status, answer.headers["location"]) == (302, "/secret")
    assert elsewhere.seen == ["/first"]  # type: ignore[attr-defined]


def test_no_server_is_said() -> None:
    with pytest.raises(OfflineError, match="does not answer"):
        over_http("http://127.0.0.1:9", timeout=2)("/x", None, {})
    with pytest.raises(ValueError, match="https"):
        over_http("file:///etc/passwd")
