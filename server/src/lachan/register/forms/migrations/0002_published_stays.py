"""A published version stays as it is: the database refuses to change, move or delete it, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION forms_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
       OR (NEW.form_id, NEW.number, NEW.document, NEW.published_at, NEW.valid_from)
          IS DISTINCT FROM (OLD.form_id, OLD.number, OLD.document, OLD.published_at, OLD.valid_from)
       OR (OLD.valid_until <= statement_timestamp() AND NEW.valid_until IS DISTINCT FROM OLD.valid_until) THEN
        RAISE EXCEPTION '% of published form version % refused', TG_OP, OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forms_published_stays BEFORE UPDATE OR DELETE ON forms_formversion
    FOR EACH ROW EXECUTE FUNCTION forms_refuse_change();
"""
BACKWARD = """
DROP TRIGGER forms_published_stays ON forms_formversion;
DROP FUNCTION forms_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
