"""feed.size, feed.delta, feed.match: the list of place notices as phones fetch it, and its match in a real browser.

10,000 windows of 15 minutes to 4 hours at as many places. The browser reads web/static/app/feed.js itself: it verifies
the signature, reads the entries, and looks for 1,000 own stays, 100 of them in a window.
"""

import functools
import http.server
import json
import random
import statistics
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from bench.figure import Figure, say
from lachan.response.alerts import feed

WINDOWS, STAYS, HITS, RUNS = 10_000, 1_000, 100, 7
START = datetime(2026, 8, 1, tzinfo=UTC)
STATIC = Path(__file__).parents[1] / "web" / "static" / "app"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAGE = """async ([bytes, key, stays]) => {
  const { open, match } = await import("/feed.js");
  const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const began = performance.now();
  const list = await open(content, key);
  let found = 0;
  for (const [code, start, end] of stays) found += (await match(list, code, start, end)).length;
  return [performance.now() - began, found];
}"""


def _window(draw: random.Random) -> feed.Window:
    code = "".join(draw.choices(LETTERS, k=12))
    start = START + timedelta(minutes=5 * draw.randrange(21 * 288))
    return feed.Window(code, start, start + timedelta(minutes=5 * draw.randint(3, 48)), draw.randint(1, 3), 1)


def _plain(windows: list[feed.Window]) -> bytes:
    """What a plain list says of each window: the place, from when until when, how to act."""
    return json.dumps(
        [
            {
                "place": w.code,
                "start": w.start.isoformat(),
                "end": w.end.isoformat(),
                "grade": w.grade,
                "disease": "covid19",
            }
            for w in windows
        ]
    ).encode()


def _signed(number: int, windows: list[feed.Window], key: ec.EllipticCurvePrivateKey) -> bytes:
    until = START + timedelta(days=30)
    unsigned = feed.encode(edition=number, issued=START, valid_until=until, windows=windows, filler_key=b"bench" * 8)
    return unsigned + feed.sign(unsigned, key)


def run(scale: float) -> Iterator[Figure]:
    draw = random.Random(11)
    windows = [_window(draw) for _ in range(max(200, int(WINDOWS * scale)))]
    key = ec.generate_private_key(ec.SECP256R1())
    content, plain = _signed(1, windows, key), _plain(windows)
    note = f"{len(windows)} windows of 15 to 240 minutes"
    yield Figure("feed.size", len(content) / 1000, "kB", "lower", 1, "plain-json", len(plain) / 1000, note)
    later = _signed(2, windows[100:] + [_window(draw) for _ in range(100)], key)
    change = feed.delta(content, later)
    assert feed.apply_delta(content, change) == later
    yield Figure(
        "feed.delta", len(change) / 1000, "kB", "lower", 1, "whole-list", len(later) / 1000, "100 go, 100 come"
    )
    own = max(HITS, int(STAYS * scale))
    times = _in_browser(content, key, _stays(draw, windows, own))
    note = f"{own} own stays, {HITS} of them warned, signature and reading included"
    yield Figure("feed.match", statistics.median(times), "ms", "lower", len(times), note=note)


def _stays(draw: random.Random, windows: list[feed.Window], own: int) -> list[tuple[str, float, float]]:
    """Stays of about an hour; the first HITS end in the middle of a window."""
    stays = []
    for n in range(own):
        window = windows[n] if n < HITS else _window(draw)
        middle = window.start + (window.end - window.start) / 2
        stays.append((window.code, (middle - timedelta(minutes=55)).timestamp() * 1000, middle.timestamp() * 1000))
    return stays


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, *_words: Any) -> None:
        pass


def _in_browser(content: bytes, key: ec.EllipticCurvePrivateKey, stays: list[tuple[str, float, float]]) -> list[float]:
    from base64 import b64encode

    from playwright.sync_api import sync_playwright

    handler = functools.partial(_Quiet, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        # Web cryptography needs a page of a secure origin, such as this machine's own.
        page.goto(f"http://127.0.0.1:{server.server_port}/feed.js")
        asked = [b64encode(content).decode(), feed.public_jwk(key.public_key()), stays]
        times = []
        for number in range(RUNS + 1):
            took, found = page.evaluate(PAGE, asked)
            assert found == HITS, f"{found} warned, not {HITS}"
            say(f"  run {number}/{RUNS}: {took:.0f} ms")
            times.append(took)
        browser.close()
        server.shutdown()
    # The first run loads the module.
    return times[1:]
