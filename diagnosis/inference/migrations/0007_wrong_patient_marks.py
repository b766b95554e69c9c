"""A run marked as of the wrong patient keeps who, why, and what went out of the chart with it."""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inference', '0006_training_ward'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WrongPatientMark',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('state_before', models.CharField(max_length=20)),
                ('withdrawn', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prediction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inference.prediction')),
            ],
            options={
                'verbose_name': 'mark of a wrong patient',
                'base_manager_name': 'unscoped',
                'constraints': [models.UniqueConstraint(models.F('prediction'), condition=models.Q(('undone_at', None)), name='one_standing_wrong_patient_mark')],
            },
            managers=[
                ('closed', django.db.models.manager.Manager()),
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
    ]
