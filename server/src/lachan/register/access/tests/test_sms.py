"""Text messages through a real carrier over HTTP on this machine."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lachan.register.access import sms
from lachan.register.access.models import Sms

SECRET = "shared with the carrier"


class CarrierServer(ThreadingHTTPServer):
    """Answers from `script` (status, headers), then 200; a key it took before is not sent again."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[tuple[int, dict[str, str]]] = []
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.sent: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/messages"


class Handler(BaseHTTPRequestHandler):
    server: CarrierServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((dict(self.headers), body))
        status, headers = self.server.script.pop(0) if self.server.script else (200, {})
        if status == 0:
            self.close_connection = True
            return
        key = self.headers["Idempotency-Key"]
        if status == 200:
            self.server.sent.setdefault(key, body)
        answer = json.dumps({"id": f"c-{key}"} if status == 200 else {}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def carrier(settings: Any) -> Iterator[CarrierServer]:
    server = CarrierServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.SMS = {
        "carrier": "http",
        "url": server.url,
        "sender": "LACHAN",
        "token": "t0ken",
        "receipt_secret": SECRET,
    }
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


pytestmark = pytest.mark.django_db


def due_now() -> None:
    Sms.objects.filter(status="queued").update(due_at=timezone.now())


def test_a_message_reaches_the_carrier_once(carrier: CarrierServer) -> None:
    message = sms.queue(to="+84905000418", text="Mã 123456 đây")
    assert sms.send_due() == 1
    assert sms.send_due() == 0
    headers, body = carrier.requests[0]
    assert body == {"to": "+84905000418", "from": "LACHAN", "text": "Mã 123456 đây", "reference": str(message.key)}
    assert headers["Authorization"] == "Bearer t0ken"
    message.refresh_from_db()
    assert (message.status, message.carrier_id, message.tries) == ("sent", f"c-{message.key}", 1)


def test_failures_are_tried_again_later_and_later_with_the_same_key(carrier: CarrierServer) -> None:
    carrier.script = [(503, {}), (0, {}), (429, {"Retry-After": "40"})]
    message = sms.queue(to="+84905000418", text="x")
    waits = []
    for _ in range(3):
        before = timezone.now()
        assert sms.send_due() == 1
        assert sms.send_due() == 0, "not due yet"
        message.refresh_from_db()
        assert message.status == "queued"
        waits.append(round((message.due_at - before).total_seconds()))
        due_now()
    assert waits == [2, 4, 40]
    sms.send_due()
    message.refresh_from_db()
    assert (message.status, message.tries) == ("sent", 4)
    assert len({headers["Idempotency-Key"] for headers, _body in carrier.requests}) == 1
    assert len(carrier.sent) == 1


def test_a_carrier_that_stays_away_ends_the_message(carrier: CarrierServer) -> None:
    carrier.script = [(500, {})] * 20
    message = sms.queue(to="+84905000418", text="x")
    for _ in range(10):
        sms.send_due()
        due_now()
    message.refresh_from_db()
    assert (message.status, message.tries) == ("failed", sms.MAX_TRIES)
    assert len(carrier.requests) == sms.MAX_TRIES


def test_a_refusal_is_final(carrier: CarrierServer) -> None:
    carrier.script = [(400, {})]
    message = sms.queue(to="+84905000418", text="x")
    sms.send_due()
    message.refresh_from_db()
    assert (message.status, message.error) == ("failed", "HTTP 400")


def test_a_code_that_is_too_late_is_not_sent(carrier: CarrierServer) -> None:
    message = sms.queue(to="+84905000418", text="x", useless_after=timezone.now() - timedelta(seconds=1))
    sms.send_due()
    message.refresh_from_db()
    assert message.status == "failed"
    assert carrier.requests == []


def post_receipt(client: Client, body: dict[str, Any], *, stamp: int | None = None, secret: str = SECRET) -> int:
    raw = json.dumps(body).encode()
    stamp = int(time.time()) if stamp is None else stamp
    return client.post(
        "/api/v1/sms/receipts",
        raw,
        content_type="application/json",
        headers={"X-Lachan-Timestamp": str(stamp), "X-Lachan-Signature": sms.sign_receipt(raw, stamp, secret)},
    ).status_code


def test_a_signed_receipt_is_believed_and_no_other(carrier: CarrierServer, client: Client) -> None:
    message = sms.queue(to="+84905000418", text="x")
    sms.send_due()
    message.refresh_from_db()
    good = {"id": message.carrier_id, "delivered": True}
    now = int(time.time())
    assert post_receipt(client, good, secret="guessed") == 401
    assert post_receipt(client, good, stamp=now - 301) == 401
    assert post_receipt(client, {"id": "c-unknown", "delivered": True}) == 404
    assert post_receipt(client, {"delivered": True}) == 422
    assert client.post("/api/v1/sms/receipts", good, content_type="application/json").status_code == 401
    assert client.get("/api/v1/sms/receipts").status_code == 405
    message.refresh_from_db()
    assert message.status == "sent"
    assert post_receipt(client, good) == 200
    message.refresh_from_db()
    assert message.status == "delivered"
    # Out of order and replayed receipts change nothing.
    assert post_receipt(client, {"id": message.carrier_id, "delivered": False}) == 200
    message.refresh_from_db()
    assert message.status == "delivered"


def test_no_secret_means_no_receipt(carrier: CarrierServer, client: Client, settings: Any) -> None:
    settings.SMS = settings.SMS | {"receipt_secret": ""}
    assert post_receipt(client, {"id": "x", "delivered": True}, secret="") == 401


def test_the_development_carrier_works_only_in_the_demo(settings: Any, client: Client) -> None:
    settings.SMS = settings.SMS | {"carrier": "development"}
    settings.DEMO = True
    sms.queue(to="+84905000418", text="Mã 246810 đây")
    assert sms.send_due() == 1
    assert "246810" in client.get("/dev/").content.decode()
    settings.DEMO = False
    assert client.get("/dev/").status_code == 404
    with pytest.raises(ValueError, match="LACHAN_SMS_CARRIER"):
        sms.send_due()
