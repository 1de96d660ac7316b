from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("checkin", "0002_distance_and_work"),
    ]

    operations = [
        # How the gatekeeper knew whom to write down; null: the visitor scanned. The partitions get it with their table.
        migrations.RunSQL(
            "ALTER TABLE checkin_event ADD COLUMN IF NOT EXISTS means smallint",
            "ALTER TABLE checkin_event DROP COLUMN means",
        ),
    ]
