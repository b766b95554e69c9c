"""Rounds of a training ward; their answers are append-only, like own estimates."""

import uuid

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE OR REPLACE FUNCTION inference_ward_answer_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answers of a training ward are append-only'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER inference_ward_answer_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON inference_wardanswer
    FOR EACH STATEMENT EXECUTE FUNCTION inference_ward_answer_append_only();
"""

BACKWARD = """
DROP TRIGGER IF EXISTS inference_ward_answer_append_only ON inference_wardanswer;
DROP FUNCTION IF EXISTS inference_ward_answer_append_only();
"""

KEY = models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)
MANAGERS = [
    ("closed", django.db.models.manager.Manager()),
    ("unscoped", django.db.models.manager.Manager()),
]


def to(model):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inference", "0005_own_estimates"),
        ("registry", "0005_training_ward"),
    ]

    operations = [
        migrations.CreateModel(
            name="WardRound",
            fields=[
                ("id", KEY),
                ("edition", models.PositiveIntegerField()),
                ("is_repeat", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("service", to("registry.service")),
            ],
            options={
                "verbose_name": "round of a training ward",
                "base_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("service"),
                        models.F("by"),
                        condition=Q(finished_at=None),
                        name="one_open_ward_round",
                    )
                ],
            },
            managers=MANAGERS,
        ),
        migrations.CreateModel(
            name="WardAnswer",
            fields=[
                ("id", KEY.clone()),
                ("value", models.FloatField()),
                ("lower", models.FloatField()),
                ("upper", models.FloatField()),
                ("probability", models.FloatField()),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("case", to("registry.wardcase")),
                ("round", to("inference.wardround")),
                ("version", to("registry.modelversion")),
            ],
            options={
                "verbose_name": "answer in a training ward",
                "base_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("round"), models.F("case"), name="ward_answer_once"
                    )
                ],
            },
            managers=MANAGERS,
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
