"""Chinese words joined across blanks, every apostrophe alike: what the searches read, made anew."""

from django.db import migrations

from diagnosis.records import names

CHUNK = 500


def read_anew(apps, _schema_editor):
    """Only rows that come out otherwise are written; a second run finds none."""
    patients = apps.get_model("records", "Patient").unscoped
    changed = []
    for patient in patients.order_by("pk").iterator(chunk_size=CHUNK):
        before = patient.search_name, patient.name_grams
        names.index(patient)
        if (patient.search_name, patient.name_grams) != before:
            changed.append(patient)
        if len(changed) == CHUNK:
            patients.bulk_update(changed, ["search_name", "name_grams"])
            changed.clear()
    patients.bulk_update(changed, ["search_name", "name_grams"])
    notes = apps.get_model("records", "Note").unscoped
    for note in notes.order_by("pk").iterator(chunk_size=CHUNK):
        text = " " + " ".join(names.words(note.text))
        if (text, names.grams(note.text)) != (note.search_text, note.search_grams):
            note.save(update_fields=["search_text", "search_grams"])


class Migration(migrations.Migration):
    dependencies = [("records", "0005_birth_date_not_known")]

    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop)]
