"""The check-in tables, in SQL (schema_0001.sql), and what Django is told about them."""

from pathlib import Path

import lachan.ground.platform.ids
from django.db import migrations, models

SCHEMA = (Path(__file__).parent / "schema_0001.sql").read_text()
DROP = """
DROP TABLE checkin_watermark, checkin_visit, checkin_event, checkin_receipt;
DROP FUNCTION checkin_drop_empty_partitions, checkin_partitions_ahead, checkin_partition_week, checkin_week_of,
    checkin_refuse_update;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(SCHEMA, DROP),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=lachan.ground.platform.ids.uuid7, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('direction', models.SmallIntegerField(choices=[(1, 'đến'), (2, 'đi')])),
                ('trust', models.SmallIntegerField(choices=[(1, 'mã dán tường'), (2, 'mã dán tường, máy ở gần'), (3, 'mã đổi liên tục'), (4, 'người gác cổng')])),
                ('clock_offset', models.IntegerField(null=True)),
                ('device_id', models.BigIntegerField(null=True)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'checkin_event',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('device_id', models.BigIntegerField()),
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('body_hash', models.BinaryField()),
                ('event_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('direction', models.SmallIntegerField(choices=[(1, 'đến'), (2, 'đi')])),
                ('clock_offset', models.IntegerField(null=True)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'checkin_receipt',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=lachan.ground.platform.ids.uuid7, primary_key=True, serialize=False)),
                ('t_in', models.DateTimeField()),
                ('t_out', models.DateTimeField()),
                ('certain_until', models.DateTimeField()),
                ('ending', models.SmallIntegerField(choices=[(1, 'quét khi rời đi'), (2, 'đến nơi khác'), (3, 'giờ đóng cửa'), (4, 'theo thời gian thường ở')])),
                ('trust', models.SmallIntegerField(choices=[(1, 'mã dán tường'), (2, 'mã dán tường, máy ở gần'), (3, 'mã đổi liên tục'), (4, 'người gác cổng')])),
            ],
            options={
                'db_table': 'checkin_visit',
                'managed': False,
            },
        ),
    ]
