import django.db.models.deletion
import lachan.ground.platform.fields
import lachan.ground.platform.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_consent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=lachan.ground.platform.ids.uuid7, editable=False, unique=True)),
                ('probability', models.FloatField()),
                ('reasons', models.JSONField(default=list)),
                ('source', models.TextField(choices=[('entry', 'khi ghi tên'), ('batch', 'so cả sổ'), ('undone', 'gỡ một lần gộp')])),
                ('state', models.TextField(choices=[('open', 'chờ xem'), ('different', 'hai người khác nhau')], default='open')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('note', models.TextField(blank=True, default='')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('left', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('right', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['-probability'], name='people_pair_waiting')],
                'constraints': [
                    models.UniqueConstraint(fields=('left', 'right'), name='people_pair_once'),
                    models.CheckConstraint(condition=models.Q(('left__lt', models.F('right'))), name='people_pair_in_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=lachan.ground.platform.ids.uuid7, editable=False, unique=True)),
                ('kept_number', models.BigIntegerField()),
                ('dropped_number', models.BigIntegerField()),
                ('dropped_key', models.UUIDField()),
                ('dropped_name', lachan.ground.platform.fields.SealedTextField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('reason', models.TextField()),
                ('rows', models.IntegerField()),
                ('journal', lachan.ground.platform.fields.SealedTextField(null=True)),
                ('undo_until', models.DateField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('undo_reason', models.TextField(blank=True, default='')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='people.person')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['dropped_key'], name='people_merge_dropped')],
            },
        ),
    ]
