"""Migrations are complete and safe: `python scripts/lint_migrations.py`, called by `make test`.

1. `makemigrations --check`: the models hold nothing that no migration makes.
2. Every migration of ours is rendered by `sqlmigrate` and read by squawk, which knows what locks a table that people
   are writing to. `.squawk.toml` says which rules are off, and why.

A database is needed to render, so a throw-away embedded one is started; DATABASE_URL names another. Nothing is written
to it.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "server" / "src"))


def main() -> int:
    """0 when all is well; the complaints go to standard output."""
    with tempfile.TemporaryDirectory(prefix="lachan-lint-") as scratch:
        folder = Path(scratch)
        os.environ["LACHAN_DATA"] = str(folder / "data")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")
        cluster = _database(folder)
        try:
            return _complete() or _safe(folder)
        finally:
            if cluster:
                cluster.stop()
                shutil.rmtree(cluster.base, ignore_errors=True)


def _database(folder: Path) -> Any:
    from lachan.ground.platform import postgres

    if os.environ.get("DATABASE_URL"):
        return None
    cluster = postgres.Cluster.at(folder / "data", None, {"fsync": "off"})
    cluster.start()
    os.environ["DATABASE_URL"] = cluster.url()
    return cluster


def _complete() -> int:
    import django
    from django.core.management import call_command

    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=sys.stdout)
    except SystemExit:
        sys.stdout.write("A model differs from its migrations: run `python -m django makemigrations`\n")
        return 1
    return 0


# A room's first migrations make tables that nobody writes to yet, so these locks stop nobody. Later ones keep to them.
ON_NEW_TABLES_ONLY = ["adding-required-field", "adding-foreign-key-constraint"]


def _safe(folder: Path) -> int:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from lachan.serve.preparation import MIGRATION_LIMITS

    loader = MigrationLoader(connection)
    ours = [key for key in loader.disk_migrations if loader.disk_migrations[key].__module__.startswith("lachan.")]
    first: dict[str, list[str]] = {}
    later: dict[str, str] = {}
    for app, name in sorted(ours):
        if loader.disk_migrations[app, name].initial:
            first.setdefault(app, []).append(_rendered(app, name))
        else:
            later[f"{app}-{name}.sql"] = _rendered(app, name)
    connection.close()
    # As one script, squawk sees that the tables are new.
    made = {f"{app}-initial.sql": _in_one_transaction(parts) for app, parts in first.items()}
    for path, script in {**made, **later}.items():
        (folder / path).write_text(f"{MIGRATION_LIMITS};\n{script}", encoding="utf-8")
    found = [
        squawk(folder, [*made], ON_NEW_TABLES_ONLY),
        squawk(folder, [*later], []) if later else 0,
    ]
    sys.stdout.write(f"{len(ours)} migrations read\n")
    return max(found)


def squawk(folder: Path, files: list[str], off: list[str]) -> int:
    """Read the files; 0 when nothing is found. `off` joins the rules that .squawk.toml turns off."""
    config = ROOT / ".squawk.toml"
    # The command line replaces the configuration's list, so both are given here.
    rules = [*tomllib.loads(config.read_text(encoding="utf-8"))["excluded_rules"], *off]
    command = [str(Path(sys.executable).with_name("squawk")), "--config", str(config), "--exclude", ",".join(rules)]
    return subprocess.run([*command, *files], cwd=folder, check=False).returncode


def _rendered(app: str, name: str) -> str:
    from django.core.management import call_command

    out = io.StringIO()
    call_command("sqlmigrate", app, name, stdout=out, no_color=True)
    return out.getvalue()


def _in_one_transaction(parts: list[str]) -> str:
    lines = [line for part in parts for line in part.splitlines() if line not in {"BEGIN;", "COMMIT;"}]
    return "\n".join(["BEGIN;", *lines, "COMMIT;"])


if __name__ == "__main__":
    sys.exit(main())
