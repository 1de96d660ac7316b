"""The line to the server: requests as plain functions, and the patience of somebody who is told to come back later."""

import email.utils
import http.client
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import IO

# Larger than any key file the server makes; a server that sends more is not ours.
MOST_BYTES = 64 * 2**20
_LATER = frozenset({429, 503})


class OfflineError(RuntimeError):
    """No answer came: no network, no such server, or it hung up."""


@dataclass(frozen=True)
class Answer:
    """`headers` by name in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


# (path, body or None to fetch, headers) → answer. Raises OfflineError.
Send = Callable[[str, bytes | None, Mapping[str, str]], Answer]


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer like any other: what is sent here is not sent elsewhere."""

    def redirect_request(self, *_about: object) -> None:
        return None


def over_http(server: str, timeout: float = 20.0) -> Send:
    """Requests to that server. Raises ValueError unless it is an http(s) address."""
    if not server.startswith(("http://", "https://")):
        raise ValueError(f"the server's address begins with https://, not {server!r}")
    opener = urllib.request.build_opener(_Stay)

    def send(path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(server.rstrip("/") + path, body, dict(headers))  # noqa: S310  checked above
        try:
            with opener.open(request, timeout=timeout) as answer:
                return Answer(answer.status, _all(answer), _lower(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _all(error), _lower(error.headers))
        except (OSError, http.client.HTTPException) as wrong:
            raise OfflineError(f"{server} does not answer: {getattr(wrong, 'reason', wrong)}") from wrong

    return send


def _all(answer: IO[bytes]) -> bytes:
    content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OfflineError(f"the answer has more than {MOST_BYTES} bytes")
    return content


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def retry_after(answer: Answer, now: float) -> float | None:
    """Seconds the server asks to wait, by number or by date (`now` in unix seconds); None where it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Patience:
    """How long to try: `tries` times, never waiting more than `longest` seconds at once."""

    tries: int = 5
    first: float = 2.0
    longest: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.SystemRandom().uniform


def patient(send: Send, patience: Patience = Patience()) -> Send:
    """`send`, again after 429, 503 and no answer: after what the server says or twice as long each time, and by chance
    a little more, so that devices turned away together do not come back together. The last answer is given as it is."""

    def again(path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        for nth in range(1, patience.tries + 1):
            usual = patience.first * 2 ** (nth - 1)
            try:
                answer = send(path, body, headers)
            except OfflineError:
                if nth == patience.tries:
                    raise
                wait = usual * patience.draw(0.5, 1.5)
            else:
                told = retry_after(answer, time.time())
                wait = (usual if told is None else max(told, 1.0)) * patience.draw(1.0, 1.5)
                if answer.status not in _LATER or nth == patience.tries or wait > patience.longest:
                    return answer
            patience.sleep(min(wait, patience.longest))
        raise AssertionError("unreachable")

    return again
