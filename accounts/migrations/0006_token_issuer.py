"""Who issued a token stands with it, and with each act that was done by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_stamped_by_the_database")]

    operations = [
        migrations.AddField(
            "apitoken",
            "issued_by",
            models.CharField(
                blank=True, default="", editable=False, max_length=150, verbose_name="issued by"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditevent",
            "token_id",
            models.UUIDField(null=True, verbose_name="API token"),
        ),
        migrations.AddField(
            "auditevent",
            "token_issuer",
            models.CharField(
                blank=True, default="", max_length=150, verbose_name="issued by"
            ),
            preserve_default=False,
        ),
    ]
