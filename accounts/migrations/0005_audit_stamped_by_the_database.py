"""Time and number of an audit event are the database's: no client writes into the past.

The trigger's function belongs to the owner and runs with the owner's rights, so the application
needs none on the sequence. Numbers go up and may have holes: a rolled-back act took one with it,
and no lock is held until an act ends.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

FORWARD = """
ALTER TABLE accounts_auditevent DISABLE TRIGGER accounts_audit_append_only;
UPDATE accounts_auditevent SET sequence = numbered.place
    FROM (SELECT id, row_number() OVER (ORDER BY at, id) AS place FROM accounts_auditevent) numbered
    WHERE numbered.id = accounts_auditevent.id;
ALTER TABLE accounts_auditevent ENABLE TRIGGER accounts_audit_append_only;

CREATE SEQUENCE accounts_auditevent_number AS bigint OWNED BY accounts_auditevent.sequence;
SELECT setval('accounts_auditevent_number', (SELECT count(*) + 1 FROM accounts_auditevent), false);

CREATE FUNCTION accounts_audit_stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.at := clock_timestamp();
    NEW.sequence := nextval('public.accounts_auditevent_number');
    RETURN NEW;
END
$$;
CREATE TRIGGER accounts_audit_stamp
    BEFORE INSERT ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_stamp();
"""

BACKWARD = """
DROP TRIGGER accounts_audit_stamp ON accounts_auditevent;
DROP FUNCTION accounts_audit_stamp();
DROP SEQUENCE accounts_auditevent_number;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_preferred_units")]

    operations = [
        migrations.AlterField(
            "auditevent",
            "at",
            models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                verbose_name="when",
            ),
        ),
        migrations.AddField(
            "auditevent",
            "sequence",
            models.BigIntegerField(db_default=0, editable=False, verbose_name="number"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
