"""Indexes on tables in use, made without holding up who writes."""

from django.db import migrations, models

INVITE = models.Index(
    condition=models.Q(('token_hash__isnull', False)), fields=['token_hash'], name='places_invite_token'
)
PART = models.Index(condition=models.Q(('part__isnull', False)), fields=['part'], name='places_code_part')


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('places', '0002_parts_hours_transfers_imports'),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS places_invite_token ON places_placeinvite (token_hash) '
            'WHERE token_hash IS NOT NULL',
            'DROP INDEX CONCURRENTLY IF EXISTS places_invite_token',
            state_operations=[migrations.AddIndex('placeinvite', INVITE)],
        ),
        migrations.RunSQL(
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS places_code_part ON places_placecode (part_id) '
            'WHERE part_id IS NOT NULL',
            'DROP INDEX CONCURRENTLY IF EXISTS places_code_part',
            state_operations=[migrations.AddIndex('placecode', PART)],
        ),
    ]
