import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_version_structure")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="ward_before_first_run",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="the training ward comes before the first run",
            ),
        ),
        migrations.CreateModel(
            name="WardCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("edition", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("inputs", models.JSONField()),
                ("happened", models.BooleanField()),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "case of a training ward",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("service"),
                        models.F("edition"),
                        models.F("number"),
                        name="ward_case_once",
                    )
                ],
            },
        ),
    ]
