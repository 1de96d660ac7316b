"""An index on a table in use, made without holding up who writes."""

from django.db import migrations, models

CODE = models.Index(condition=models.Q(('code__isnull', False)), fields=['code'], name='entry_decision_code')


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('entry', '0005_quarantine'),
    ]

    operations = [
        migrations.RunSQL(
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS entry_decision_code ON entry_decision (code) '
            'WHERE code IS NOT NULL',
            'DROP INDEX CONCURRENTLY IF EXISTS entry_decision_code',
            state_operations=[migrations.AddIndex('decision', CODE)],
        ),
    ]
