"""A prediction names the sheet that it was made under.

Rows of before get the sheet of their service. Code of before inserts without it: the database
fills in the sheet that the service has at that moment.
"""

import django.db.models.deletion
from django.db import migrations, models

FILLED = """
UPDATE inference_prediction p SET sheet_id = s.sheet_id
    FROM registry_service s WHERE s.id = p.service_id;
CREATE OR REPLACE FUNCTION inference_prediction_sheet() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT sheet_id INTO NEW.sheet_id FROM registry_service WHERE id = NEW.service_id;
    RETURN NEW;
END
$$;
CREATE TRIGGER inference_prediction_sheet
    BEFORE INSERT ON inference_prediction
    FOR EACH ROW WHEN (NEW.sheet_id IS NULL) EXECUTE FUNCTION inference_prediction_sheet();
"""

FORGOTTEN = """
DROP TRIGGER IF EXISTS inference_prediction_sheet ON inference_prediction;
DROP FUNCTION IF EXISTS inference_prediction_sheet();
"""


def key(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="registry.sheetversion",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0009_newest_index_asks_estimate"),
        ("registry", "0008_sheet_versions"),
    ]

    operations = [
        migrations.AddField("prediction", "sheet", key(null=True)),
        migrations.RunSQL(FILLED, FORGOTTEN),
        migrations.AlterField("prediction", "sheet", key(null=False)),
    ]
