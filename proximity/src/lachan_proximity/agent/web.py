"""The local status page: only this machine, only to look. There is no address that gives out or changes anything."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

from lachan_proximity.agent.core import Agent
from lachan_proximity.agent.report import SCRIPT, STYLE, as_page, document

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = (
    f"Content-Security-Policy: {_POLICY}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Cache-Control: no-store\r\nConnection: close\r\n"
)
# Another name that points here is a page of somebody else asking through this machine's browser.
_HOSTS = {"127.0.0.1", "localhost", "[::1]"}
_MOST_HEAD = 8192
_PATIENCE = 5.0


def answer(agent: Agent, head: str) -> tuple[int, str, str]:
    """(status, content type, body) for the head of a request."""
    lines = head.split("\r\n")
    words = lines[0].split(" ")
    fields = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, found, value in fields if found}
    refused = _refused(words, headers.get("host", ""))
    if refused is not None:
        return refused[0], "text/plain", refused[1]
    address = urlsplit(words[1])
    if address.path == "/style.css":
        return 200, "text/css", STYLE
    if address.path == "/fresh.js":
        return 200, "text/javascript", SCRIPT
    if address.path == "/status.json":
        return 200, "application/json", json.dumps(document(agent), ensure_ascii=False)
    if address.path == "/":
        asked = parse_qs(address.query).get("lang", ["vi"])[0]
        return 200, "text/html", as_page(document(agent), "en" if asked == "en" else "vi")
    return 404, "text/plain", "There is / and /status.json.\n"


def _refused(words: list[str], host: str) -> tuple[int, str] | None:
    """Status and reason for what is no request for this page."""
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return 400, "This is no request.\n"
    if host.rsplit(":", 1)[0] not in _HOSTS:
        return 421, "Ask for http://127.0.0.1 or http://localhost.\n"
    if words[0] not in ("GET", "HEAD"):
        return 405, "This page can only be looked at.\n"
    try:
        urlsplit(words[1])
    except ValueError:
        return 400, "This is no address.\n"
    return None


async def _serve(agent: Agent, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)).decode("latin-1")
        status, kind, body = answer(agent, head)
        content = body.encode()
        start = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\n"
        start += f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(content)}\r\n{_HEADERS}\r\n"
        writer.write(start.encode() + (b"" if head.startswith("HEAD") else content))
        await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(agent: Agent, port: int) -> asyncio.Server:
    """Listen on 127.0.0.1. Raises OSError where the port is taken."""
    return await asyncio.start_server(lambda r, w: _serve(agent, r, w), "127.0.0.1", port, limit=_MOST_HEAD)
