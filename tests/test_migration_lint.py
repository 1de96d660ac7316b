"""The migration lint finds what it must: a script that locks a table in use, and nothing in one that does not."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "lint_migrations.py"
LIMITS = "SET lock_timeout = '10s';\n"


@pytest.fixture(scope="module")
def lint() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_migrations", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("sql", "safe"),
    [
        ('CREATE INDEX "people_x" ON "people_person" ("name");', False),
        ('CREATE INDEX CONCURRENTLY IF NOT EXISTS "people_x" ON "people_person" ("name");', True),
        ('ALTER TABLE "people_person" ADD COLUMN "height" bigint NOT NULL;', False),
        ('ALTER TABLE "people_person" ADD COLUMN IF NOT EXISTS "height" bigint NULL;', True),
        ('ALTER TABLE "people_person" DROP COLUMN "name";', False),
        ('ALTER TABLE "people_person" RENAME COLUMN "name" TO "full_name";', False),
        ('ALTER TABLE "people_person" ALTER COLUMN "name" TYPE bytea;', False),
        ('BEGIN; CREATE TABLE "t" ("a" text NOT NULL); CREATE INDEX "i" ON "t" ("a"); COMMIT;', True),
    ],
)
def test_a_later_migration_is_held_to_the_rules(lint: ModuleType, tmp_path: Path, sql: str, safe: bool) -> None:
    (tmp_path / "room-0009.sql").write_text(LIMITS + sql)
    assert (lint.squawk(tmp_path, ["room-0009.sql"], []) == 0) is safe
