"""Own estimates become rows of their own; what the predictions held is taken along.

Like the audit trail they are never changed: the application's role may insert and read, and the
trigger holds for the owner of the table, too.
"""

import uuid

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE OR REPLACE FUNCTION inference_own_estimate_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'own estimates are append-only'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER inference_own_estimate_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON inference_ownestimate
    FOR EACH STATEMENT EXECUTE FUNCTION inference_own_estimate_append_only();
"""

BACKWARD = """
DROP TRIGGER IF EXISTS inference_own_estimate_append_only ON inference_ownestimate;
DROP FUNCTION IF EXISTS inference_own_estimate_append_only();
"""

COPY = """
INSERT INTO inference_ownestimate (id, prediction_id, by_id, value, lower, upper, given_at)
SELECT gen_random_uuid(), id, requested_by_id, own_estimate, NULL, NULL, requested_at
FROM inference_prediction
WHERE own_estimate IS NOT NULL AND own_estimate BETWEEN 0 AND 1;
SET CONSTRAINTS ALL IMMEDIATE;
"""

COPY_BACK = """
UPDATE inference_prediction AS p SET own_estimate = e.value
FROM inference_ownestimate AS e
WHERE e.prediction_id = p.id AND e.by_id = p.requested_by_id AND e.value IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inference", "0004_newest_trigger"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="asks_estimate",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="OwnEstimate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.FloatField(null=True, verbose_name="own estimate")),
                ("lower", models.FloatField(null=True)),
                ("upper", models.FloatField(null=True)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prediction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inference.prediction",
                    ),
                ),
            ],
            options={
                "verbose_name": "own estimate",
                "base_manager_name": "unscoped",
                "indexes": [models.Index(fields=["by", "given_at"], name="own_estimate_by")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("prediction"), models.F("by"), name="own_estimate_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(value=None) | Q(value__gte=0, value__lte=1),
                        name="own_estimate_is_a_probability",
                    ),
                ],
            },
            managers=[
                ("closed", django.db.models.manager.Manager()),
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(COPY, COPY_BACK),
        migrations.RemoveField(model_name="prediction", name="own_estimate"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
