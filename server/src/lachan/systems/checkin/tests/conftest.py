"""The check-in application over the test database, called as the roof calls it."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from lachan.ground import audit
from lachan.register.access import tokens
from lachan.systems.checkin.asgi import PATH, CheckinApp, database_dsn

TABLES = "checkin_receipt, checkin_event, checkin_visit"


@pytest.fixture
def empty_checkins(transactional_db: None) -> Iterator[None]:
    """Django flushes only the tables it made."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES}")
        cursor.execute("UPDATE checkin_watermark SET txid = '0'")


class Phone:
    """A signed-in phone: fills in what a check-in needs unless told otherwise."""

    def __init__(self, client: httpx.AsyncClient, token: str, code: str) -> None:
        self.client, self.token, self.code = client, token, code

    def body(self, **fields: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        base = {"key": str(uuid.uuid4()), "code": self.code, "direction": "in", "at": now, "sent_at": now}
        merged = base | fields
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in merged.items()}

    async def send(self, content: bytes | None = None, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        given = {"content-type": "application/json", "authorization": f"Bearer {self.token}"} | (headers or {})
        body = content if content is not None else json.dumps(self.body(**fields)).encode()
        return await self.client.post(PATH, content=body, headers={k: v for k, v in given.items() if v})


@pytest.fixture
async def web(empty_checkins: None) -> AsyncIterator[httpx.AsyncClient]:
    app = CheckinApp(database_dsn())
    await app.startup()
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await app.shutdown()
    # sync_to_async works in a thread of its own, whose connection would outlive the test database.
    await sync_to_async(connections.close_all)()


@pytest.fixture
def hanhs_token(transactional_db: None, hanh: Any) -> str:
    with audit.acting(audit.system("tests")):
        return tokens.issue_device(account=hanh, label="tests")[1]


@pytest.fixture
def tins_token(transactional_db: None, tin: Any) -> str:
    with audit.acting(audit.system("tests")):
        return tokens.issue_device(account=tin, label="tests")[1]


@pytest.fixture
def market_code(transactional_db: None, market: Any) -> str:
    return str(market.codes.get().code)


@pytest.fixture
def phone(web: httpx.AsyncClient, hanhs_token: str, market_code: str) -> Phone:
    return Phone(web, hanhs_token, market_code)
