from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("checkin", "0004_private_counts"),
    ]

    operations = [
        # The gate, floor, table or coach whose code was scanned; null: the place as a whole. The partitions get it with
        # their table.
        migrations.RunSQL(
            "ALTER TABLE checkin_event ADD COLUMN IF NOT EXISTS part_id bigint",
            "ALTER TABLE checkin_event DROP COLUMN part_id",
        ),
        # All parts scanned during a stay; null: none. A null costs a row nothing.
        migrations.RunSQL(
            "ALTER TABLE checkin_visit ADD COLUMN IF NOT EXISTS parts bigint[]",
            "ALTER TABLE checkin_visit DROP COLUMN parts",
        ),
    ]
