"""The browser's files: our own in `web/static`, and the few folders of npm packages named in `web/served.json`."""

import hashlib
import json
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
