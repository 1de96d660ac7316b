"""An index on the trail, made without holding up who writes it."""

from django.db import migrations, models

REMOVED = models.Index(fields=["at"], condition=models.Q(("action", "retention.rows")), name="audit_removed")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("audit", "0002_append_only"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_removed ON audit_auditevent (at) "
            "WHERE action = 'retention.rows'",
            "DROP INDEX CONCURRENTLY IF EXISTS audit_removed",
            state_operations=[migrations.AddIndex("auditevent", REMOVED)],
        ),
    ]
