"""A register just big enough to check in to: signed-in phones and places with codes, put in with plain SQL.

Shared by the benches and by the fault tests.
"""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from lachan.register.places import codes

_SEED = """
INSERT INTO areas_area (code, level, name, folded, first_listed, legal_basis)
VALUES ('bench', 3, 'Phường Thử', 'phuong thu', '2026-01-01', '');
INSERT INTO access_account (password, username, name, is_officer, is_active, language, created_at)
SELECT '!', 'phone-' || n, 'Người ' || n, false, true, 'vi', now() FROM generate_series(1, {phones}) n;
INSERT INTO access_device (token_hash, account_id, label, created_at, expires_at)
SELECT sha256(convert_to('token-' || substr(username, 7), 'UTF8')), id, '', now(), now() + interval '90 days'
FROM access_account WHERE username LIKE 'phone-%';
INSERT INTO people_person (key, account_id, name, folded, sex, area_id, address, created_at, erase_at)
SELECT gen_random_uuid(), id, name, lower(name), '', (SELECT id FROM areas_area WHERE code = 'bench'), '', now(),
       current_date + 700
FROM access_account WHERE username LIKE 'phone-%';
"""
_PLACE = """
INSERT INTO places_place (key, name, folded, kind, area_id, address, created_at)
SELECT gen_random_uuid(), 'Chợ ' || n, 'cho ' || n, 'market', (SELECT id FROM areas_area WHERE code = 'bench'), '',
now()
FROM generate_series(1, %s) n RETURNING id
"""


def code_of(number: int) -> str:
    """The valid code of the place of that number."""
    head = "".join(codes.ALPHABET[number >> 5 * i & 31] for i in range(codes.LENGTH - 1))
    return next(head + last for last in codes.ALPHABET if codes.is_valid(head + last))


def migrate(url: str, folder: Path) -> None:
    """Make the tables of the product in the database at `url`, in a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "LACHAN_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "lachan.ground.platform.settings",
    }
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=environment,
        check=True,
        capture_output=True,
    )


def seed(url: str, phones: int, places: int) -> None:
    """Phone number n (from 1) has the token "token-n"; place number n (from 1) has code_of(n)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SEED.format(phones=phones))
        ids = [row[0] for row in connection.execute(_PLACE, [places]).fetchall()]
        connection.execute(
            "INSERT INTO places_placecode (code, place_id, issued_at)"
            " SELECT *, now() FROM unnest(%s::text[], %s::bigint[])",
            [[code_of(n + 1) for n in range(len(ids))], ids],
        )
        connection.execute("ANALYZE")
