"""The chain can only grow and a published set is never edited: the database refuses it, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION safety_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
        to_jsonb(NEW) - '{person_id,name,account_number,device_number,nonce}'::text[] =
        to_jsonb(OLD) - '{person_id,name,account_number,device_number,nonce}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % refused: a facility''s chain only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER safety_entry_only_grows BEFORE UPDATE OR DELETE ON safety_entry
    FOR EACH ROW EXECUTE FUNCTION safety_entry_guard();
CREATE FUNCTION safety_root_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: a published root stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER safety_root_stays BEFORE UPDATE OR DELETE ON safety_dayroot
    FOR EACH ROW EXECUTE FUNCTION safety_root_guard();
CREATE FUNCTION safety_criteria_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.document = OLD.document AND NEW.valid_from = OLD.valid_from
        AND NEW.code = OLD.code AND NEW.number = OLD.number AND NEW.state <> 'draft' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % refused: a published set of criteria is never edited', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER safety_criteria_stay BEFORE UPDATE OR DELETE ON safety_criteriaversion
    FOR EACH ROW EXECUTE FUNCTION safety_criteria_guard();
"""
BACKWARD = """
DROP TRIGGER safety_entry_only_grows ON safety_entry;
DROP TRIGGER safety_root_stays ON safety_dayroot;
DROP TRIGGER safety_criteria_stay ON safety_criteriaversion;
DROP FUNCTION safety_entry_guard();
DROP FUNCTION safety_root_guard();
DROP FUNCTION safety_criteria_guard();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("safety", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
