"""What was typed into the login's name field until now stood in clear: it may be a password.

From here on it is kept as a keyed hash. The old rows are counters of a quarter of an hour and logs
that nobody reads: they go.
"""

from django.db import migrations

FORWARD = """
DELETE FROM axes_accessattemptexpiration;
DELETE FROM axes_accessattempt;
DELETE FROM axes_accessfailurelog;
DELETE FROM axes_accesslog;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_token_issuer"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
