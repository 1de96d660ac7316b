"""The browser's files: our own in `web/static`, and the few folders of npm packages named in `web/served.json`."""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def npm_folders(web: Path) -> dict[str, Path]:
    """Served prefix → folder of an installed npm package."""
    listing = web / "served.json"
    if not listing.exists():
        return {}
    return {prefix: web / folder for prefix, folder in json.loads(listing.read_text()).items()}


def folders(web: Path) -> list[Path | tuple[str, Path]]:
    """For STATICFILES_DIRS: what is there. A missing npm folder is reported by `lachan doctor`, not by a crash here."""
    found: list[Path | tuple[str, Path]] = [web / "static"] if (web / "static").is_dir() else []
    return found + [(prefix, folder) for prefix, folder in npm_folders(web).items() if folder.is_dir()]


def addresses(patterns: Iterable[re.Pattern[str]]) -> tuple[str, ...]:
    """The addresses of the static files whose name matches: what a page keeps for use without a network.

    Their paths carry the build, so the list changes when a file does.
    """
    # The settings import this module, so Django is not ready when it is read.
    from django.contrib.staticfiles.finders import get_finders
    from django.templatetags.static import static

    wanted = tuple(patterns)
    found = set()
    for finder in get_finders():
        for path, storage in finder.list([]):
            # A finder names a file of a prefixed folder ("npm/htm") without its prefix.
            prefix = getattr(storage, "prefix", None)
            name = f"{prefix}/{path}" if prefix else path
            if any(pattern.match(name) for pattern in wanted):
                found.add(static(name))
    return tuple(sorted(found))


@cache
def colours(web: Path) -> dict[str, str]:
    """The light theme's colours from the tokens: a web app manifest can't use CSS variables."""
    text = (web / "static" / "face" / "tokens.css").read_text()
    found = dict(reversed(re.findall(r"--(paper|surface|brand):\s*(#[0-9a-f]{6})", text)))
    return {"paper": found["paper"], "surface": found["surface"], "brand": found["brand"]}


def build_id(web: Path, package: Path) -> str:
    """Twelve hex digits that change when a file of ours (`web`, or a room's), or a pinned npm version, changes."""
    digest = hashlib.sha256()
    rooms = [path for folder in package.glob("*/*/static") for path in folder.rglob("*")]
    ours = sorted(path for path in [*(web / "static").rglob("*"), *rooms] if path.is_file())
    for path in [*ours, web / "package-lock.json", web / "served.json"]:
        if path.exists():
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
