"""Tokens say what they are for. Those that exist go on doing what they could do until now."""

import django.contrib.postgres.fields
from django.db import migrations, models

UNTIL_NOW = ["read", "write", "predict", "explain"]


def keep_what_they_could_do(apps, _schema_editor):
    apps.get_model("accounts", "ApiToken").objects.filter(scopes=[]).update(scopes=UNTIL_NOW)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_append_only")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "read charts, predictions and services"),
                        ("write", "record observations, decisions and outcomes"),
                        ("predict", "run services"),
                        ("explain", "read the reasons of a prediction"),
                        ("import", "bring records in"),
                        ("export", "take records out"),
                    ],
                    max_length=20,
                ),
                default=list,
                size=None,
                verbose_name="scopes",
            ),
        ),
        migrations.RunPython(keep_what_they_could_do, migrations.RunPython.noop),
    ]
