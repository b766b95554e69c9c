"""The column ``probability`` becomes ``headline``: the one estimate that lists speak of.

Expand and fill (``docs/decisions/0134``): ``headline`` is there beside ``probability``, which code
of the release before reads and writes while both may run; a trigger keeps them in step. Models know
``headline`` alone. The release after this one drops ``probability`` and the trigger.
"""

from django.db import migrations, models

FILL = """
UPDATE inference_prediction SET headline = probability
WHERE headline IS NULL AND probability IS NOT NULL;
"""
STEP = """
CREATE OR REPLACE FUNCTION inference_prediction_headline() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.headline := coalesce(NEW.headline, NEW.probability);
    ELSIF NEW.headline IS NOT DISTINCT FROM OLD.headline THEN
        IF NEW.probability IS NOT DISTINCT FROM OLD.probability THEN
            RETURN NEW;
        END IF;
        NEW.headline := NEW.probability;
    END IF;
    -- Code of before would print any other number as per cent.
    IF coalesce(NEW.result ->> 'kind', 'binary') = 'binary' THEN
        NEW.probability := NEW.headline;
    ELSE
        NEW.probability := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER inference_prediction_headline
    BEFORE INSERT OR UPDATE OF headline, probability ON inference_prediction
    FOR EACH ROW EXECUTE FUNCTION inference_prediction_headline();
"""
APART = """
DROP TRIGGER IF EXISTS inference_prediction_headline ON inference_prediction;
DROP FUNCTION IF EXISTS inference_prediction_headline();
"""
BESIDE = [
    "id", "service", "state", "band", "headline", "owner", "index_at", "requested_at",
    "finished_at", "decided_at", "dismissed_at", "asks_estimate", "sheet",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("inference", "0010_prediction_sheet")]

    operations = [
        migrations.AddField("prediction", "headline", models.FloatField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(STEP, APART),
        migrations.RemoveIndex("prediction", "prediction_newest"),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("prediction", "probability")]
        ),
        migrations.AddIndex(
            "prediction",
            models.Index(
                fields=["patient"],
                include=BESIDE,
                condition=models.Q(is_newest=True),
                name="prediction_newest",
            ),
        ),
    ]
