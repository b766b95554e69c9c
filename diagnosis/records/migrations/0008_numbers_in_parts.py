"""Numbers of patients can be looked up by half of them: keyed hashes of beginnings and ends."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import diagnosis.records.folded
from diagnosis.records import names

CHUNK = 500


def hash_what_is_there(apps, _schema_editor):
    numbers = apps.get_model("records", "PatientIdentifier").unscoped
    changed = []
    for number in numbers.order_by("pk").iterator(chunk_size=CHUNK):
        number.part_hashes = names.part_hashes(number.organisation_id, number.value)
        changed.append(number)
        if len(changed) == CHUNK:
            numbers.bulk_update(changed, ["part_hashes"])
            changed.clear()
    numbers.bulk_update(changed, ["part_hashes"])


class Migration(migrations.Migration):
    dependencies = [("records", "0007_withdrawn_at_the_source")]

    operations = [
        migrations.AddField(
            model_name="patientidentifier",
            name="part_hashes",
            field=diagnosis.records.folded.PartHashes(
                base_field=models.CharField(max_length=16), db_default=[], editable=False, size=None
            ),
        ),
        migrations.RunPython(hash_what_is_there, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="patientidentifier",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["part_hashes"], name="patient_identifier_parts", fastupdate=False
            ),
        ),
    ]
