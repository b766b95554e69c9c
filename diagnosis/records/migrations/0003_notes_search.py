"""What the search in notes reads: folded words and Chinese character pairs beside each text."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import diagnosis.records.folded


def fold_what_is_there(apps, _schema_editor):
    """Saving fills both columns from the text."""
    for note in apps.get_model("records", "Note").unscoped.iterator(chunk_size=500):
        note.save(update_fields=["search_text", "search_grams"])


class Migration(migrations.Migration):
    dependencies = [("records", "0002_gate_index")]

    operations = [
        migrations.AddField(
            model_name="note",
            name="search_grams",
            field=diagnosis.records.folded.Grams(
                base_field=models.CharField(max_length=2), db_default=[], editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="search_text",
            field=diagnosis.records.folded.FoldedText(db_default="", editable=False),
        ),
        migrations.RunPython(fold_what_is_there, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="note",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"],
                name="note_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_grams"], name="note_grams", fastupdate=False
            ),
        ),
    ]
