"""What a reviewer signed, as a digest. Versions that were approved before are signed once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_finding_answers")]

    operations = [
        migrations.AddField(
            "modelversion",
            "signed_digest",
            models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
