"""A result has an explanation for each of its estimates that was asked for.

Rows of before, and those that code of before inserts meanwhile, are of the estimate that is
explained with the run: its name is empty.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inference", "0011_headline")]

    operations = [
        migrations.AddField(
            "explanation",
            "estimate",
            models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddConstraint(
            "explanation",
            models.UniqueConstraint(
                fields=["prediction", "estimate"], name="explanation_once_an_estimate"
            ),
        ),
        migrations.AlterField(
            "explanation",
            "prediction",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="explanations",
                related_query_name="explanation",
                to="inference.prediction",
            ),
        ),
    ]
