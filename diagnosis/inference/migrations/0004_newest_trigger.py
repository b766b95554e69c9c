"""Which run of a patient and service is the newest is kept by the database, whoever writes.

Asked of a hundred thousand patients at once, «the newest of each» reads every run; a column that
is always right makes it one small index. The patient's row is locked while it is decided, so that
two runs asked for at the same moment cannot both be it. An UPDATE of the column alone, as by a
whole row saved from memory, is put right.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION inference_prediction_newest() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    newest uuid;
BEGIN
    IF NEW.patient_id IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM records_patient WHERE id = NEW.patient_id FOR NO KEY UPDATE;
    SELECT id INTO newest
    FROM inference_prediction
    WHERE patient_id = NEW.patient_id AND service_id = NEW.service_id
        AND origin <> 'what_if' AND state NOT IN ('cancelled', 'entered-in-error')
    ORDER BY requested_at DESC, id DESC
    LIMIT 1;
    UPDATE inference_prediction
    SET is_newest = NOT is_newest
    WHERE patient_id = NEW.patient_id AND service_id = NEW.service_id
        AND is_newest <> coalesce(id = newest, false);
    RETURN NULL;
END
$$;
CREATE TRIGGER inference_prediction_newest_insert
    AFTER INSERT ON inference_prediction
    FOR EACH ROW EXECUTE FUNCTION inference_prediction_newest();
CREATE TRIGGER inference_prediction_newest_update
    AFTER UPDATE OF state, origin, requested_at, is_newest ON inference_prediction
    FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (
        OLD.is_newest <> NEW.is_newest
        OR OLD.origin <> NEW.origin
        OR OLD.requested_at <> NEW.requested_at
        OR (OLD.state IN ('cancelled', 'entered-in-error'))
            <> (NEW.state IN ('cancelled', 'entered-in-error'))
    ))
    EXECUTE FUNCTION inference_prediction_newest();
UPDATE inference_prediction SET is_newest = true
WHERE id IN (
    SELECT DISTINCT ON (patient_id, service_id) id
    FROM inference_prediction
    WHERE patient_id IS NOT NULL
        AND origin <> 'what_if' AND state NOT IN ('cancelled', 'entered-in-error')
    ORDER BY patient_id, service_id, requested_at DESC, id DESC
);
"""

BACKWARD = """
DROP TRIGGER IF EXISTS inference_prediction_newest_update ON inference_prediction;
DROP TRIGGER IF EXISTS inference_prediction_newest_insert ON inference_prediction;
DROP FUNCTION IF EXISTS inference_prediction_newest();
"""


class Migration(migrations.Migration):
    dependencies = [("inference", "0003_newest")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
