"""The public log only grows: the database refuses to change or delete an entry, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION proximity_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of the public log refused: it only grows', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER proximity_log_only_grows BEFORE UPDATE OR DELETE ON proximity_logentry
    FOR EACH ROW EXECUTE FUNCTION proximity_log_refuse();
"""
BACKWARD = """
DROP TRIGGER proximity_log_only_grows ON proximity_logentry;
DROP FUNCTION proximity_log_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("proximity", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
