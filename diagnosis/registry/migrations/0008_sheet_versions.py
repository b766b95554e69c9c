"""A service's sheet becomes a row that nobody changes; the service names its current one.

Every service gets edition 1 from the sheet that it has. Code of before still reads and writes the
two columns of the service: what it writes becomes an edition, and what is written now is copied
into them. They leave with a later release.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE OR REPLACE FUNCTION registry_sheetversion_stamp() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.digest := encode(sha256(convert_to(
        jsonb_build_object('sheet', NEW.content, 'inputs', NEW.schema)::text, 'UTF8'
    )), 'hex');
    RETURN NEW;
END
$$;
CREATE TRIGGER registry_sheetversion_stamp
    BEFORE INSERT ON registry_sheetversion
    FOR EACH ROW EXECUTE FUNCTION registry_sheetversion_stamp();

CREATE OR REPLACE FUNCTION registry_sheetversion_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sheets of services are append-only'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER registry_sheetversion_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_sheetversion
    FOR EACH STATEMENT EXECUTE FUNCTION registry_sheetversion_append_only();

INSERT INTO registry_sheetversion (id, service_id, number, content, schema, created_at)
    SELECT gen_random_uuid(), id, 1, sheet, schema, now() FROM registry_service;
ALTER TABLE registry_service ADD COLUMN sheet_id uuid;
UPDATE registry_service s SET sheet_id = v.id
    FROM registry_sheetversion v WHERE v.service_id = s.id;
ALTER TABLE registry_service ALTER COLUMN sheet_id SET NOT NULL;
ALTER TABLE registry_service ADD CONSTRAINT registry_service_sheet_id_fk
    FOREIGN KEY (sheet_id) REFERENCES registry_sheetversion (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX registry_service_sheet_id ON registry_service (sheet_id);

ALTER TABLE registry_modelversion ADD COLUMN signed_sheet_id uuid;
UPDATE registry_modelversion m SET signed_sheet_id = s.sheet_id
    FROM registry_service s
    WHERE s.id = m.service_id AND (m.signed_digest <> '' OR m.published_at IS NOT NULL);
ALTER TABLE registry_modelversion ADD CONSTRAINT registry_modelversion_signed_sheet_id_fk
    FOREIGN KEY (signed_sheet_id) REFERENCES registry_sheetversion (id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX registry_modelversion_signed_sheet_id ON registry_modelversion (signed_sheet_id);

CREATE OR REPLACE FUNCTION registry_service_sheet() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sheet_id IS NOT NULL
        AND (TG_OP = 'INSERT' OR NEW.sheet_id IS DISTINCT FROM OLD.sheet_id) THEN
        SELECT content, schema INTO NEW.sheet, NEW.schema
            FROM registry_sheetversion WHERE id = NEW.sheet_id;
    ELSIF TG_OP = 'INSERT' OR NEW.sheet <> OLD.sheet OR NEW.schema <> OLD.schema THEN
        INSERT INTO registry_sheetversion (id, service_id, number, content, schema, created_at)
            SELECT gen_random_uuid(), NEW.id, coalesce(max(number), 0) + 1,
                NEW.sheet, NEW.schema, now()
            FROM registry_sheetversion WHERE service_id = NEW.id
            RETURNING id INTO NEW.sheet_id;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registry_service_sheet
    BEFORE INSERT OR UPDATE OF sheet, schema, sheet_id ON registry_service
    FOR EACH ROW EXECUTE FUNCTION registry_service_sheet();
"""

FORGOTTEN = """
DROP TRIGGER IF EXISTS registry_service_sheet ON registry_service;
DROP FUNCTION IF EXISTS registry_service_sheet();
ALTER TABLE registry_modelversion DROP COLUMN signed_sheet_id;
ALTER TABLE registry_service DROP COLUMN sheet_id;
DROP TRIGGER IF EXISTS registry_sheetversion_append_only ON registry_sheetversion;
DROP FUNCTION IF EXISTS registry_sheetversion_append_only();
DROP TRIGGER IF EXISTS registry_sheetversion_stamp ON registry_sheetversion;
DROP FUNCTION IF EXISTS registry_sheetversion_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0007_signed_digest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SheetVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("content", models.JSONField(verbose_name="sheet")),
                ("schema", models.JSONField(verbose_name="inputs")),
                (
                    "digest",
                    models.CharField(
                        db_default="", editable=False, max_length=64, verbose_name="digest"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="registry.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "sheet of a service",
                "verbose_name_plural": "sheets of services",
                "ordering": ("service", "-number"),
                "constraints": [
                    models.UniqueConstraint(
                        models.F("service"), models.F("number"), name="sheet_number_once"
                    )
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEPT, FORGOTTEN)],
            state_operations=[
                migrations.RemoveField("service", "sheet"),
                migrations.RemoveField("service", "schema"),
                migrations.AddField(
                    "service",
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.sheetversion",
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    "modelversion",
                    "signed_sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.sheetversion",
                    ),
                ),
            ],
        ),
    ]
