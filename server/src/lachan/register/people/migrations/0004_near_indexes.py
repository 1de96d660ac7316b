"""What near-duplicates are looked up by, made without holding up who writes."""

from django.db import migrations, models

GIVEN = models.Func(models.F('folded'), models.Value('[^ ]+$'), function='substring')
FAMILY = models.Func(models.F('folded'), models.Value(' '), models.Value(1), function='split_part')
INDEXES = {
    '(birth_date)': models.Index(fields=['birth_date'], name='people_person_birth'),
    '(area_id, birth_year)': models.Index(fields=['area', 'birth_year'], name='people_person_area_year'),
    "(area_id, substring(folded, '[^ ]+$'))": models.Index(models.F('area'), GIVEN, name='people_person_area_given'),
    "(birth_year, substring(folded, '[^ ]+$'), split_part(folded, ' ', 1))": models.Index(
        models.F('birth_year'), GIVEN, FAMILY, name='people_person_year_name'
    ),
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('people', '0003_matching'),
    ]

    operations = [
        migrations.RunSQL(
            f'CREATE INDEX CONCURRENTLY IF NOT EXISTS {index.name} ON people_person {columns}',
            f'DROP INDEX CONCURRENTLY IF EXISTS {index.name}',
            state_operations=[migrations.AddIndex('person', index)],
        )
        for columns, index in INDEXES.items()
    ]
