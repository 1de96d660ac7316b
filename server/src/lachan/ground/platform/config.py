"""Where this installation lives and how it was asked to run. Read from the environment once, before Django."""

import os
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit


def env_flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def data_dir() -> Path:
    """The folder of everything this installation keeps outside the database (keys, the embedded database)."""
    return Path(os.environ.get("LACHAN_DATA", ".lachan")).resolve()


def port() -> int:
    return int(os.environ.get("LACHAN_PORT", "8000"))


def threads() -> int:
    """How many requests Django answers at a time."""
    return int(os.environ.get("LACHAN_THREADS", "8"))


def proxy() -> str:
    """Addresses or networks of the reverse proxy, joined by commas: whose word on the client's address is believed.

    Raises ValueError for anything else: whoever is believed by mistake passes every limit per address.
    """
    listed = [part.strip() for part in os.environ.get("LACHAN_PROXY", "").split(",") if part.strip()]
    for part in listed:
        try:
            ip_network(part)
        except ValueError as error:
            raise ValueError(
                f"LACHAN_PROXY must be an address or a network, e.g. 10.0.0.5 or 10.0.0.0/24, not {part}"
            ) from error
    return ",".join(listed or ["127.0.0.1"])


def database_url() -> str | None:
    """The operator's own PostgreSQL, or None for the embedded one."""
    return os.environ.get("DATABASE_URL") or None


def django_database(url: str) -> dict[str, object]:
    """Django's settings for `postgresql://user:password@host:port/name` (host may be a percent-encoded socket folder).

    Raises ValueError for another scheme or a missing database name.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    name = parts.path.lstrip("/")
    if not name:
        raise ValueError("DATABASE_URL must name a database, e.g. postgresql://lachan@localhost/lachan")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") if "%" not in parts.netloc else unquote(parts.netloc.rpartition("@")[2]),
        "PORT": str(parts.port or "") if "%" not in parts.netloc else "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
