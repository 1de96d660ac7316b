"""The table of Django's database cache (sign-in limits, used TOTP codes). Unlogged: a crash may forget it."""

from django.db import migrations

FORWARD = """
CREATE UNLOGGED TABLE access_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX access_cache_expires ON access_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP TABLE access_cache")]
