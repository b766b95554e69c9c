"""Audit events are never changed and never removed, whoever asks.

The rights of the application's role are the first fence (``migrate`` gives it SELECT and INSERT
alone); this trigger is the second, and holds for the owner of the table and for a superuser too.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION accounts_audit_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
DROP TRIGGER IF EXISTS accounts_audit_append_only ON accounts_auditevent;
CREATE TRIGGER accounts_audit_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_append_only();
"""

BACKWARD = """
DROP TRIGGER IF EXISTS accounts_audit_append_only ON accounts_auditevent;
DROP FUNCTION IF EXISTS accounts_audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
