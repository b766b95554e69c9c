"""A decision on a refused run judges no estimate."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inference', '0007_wrong_patient_marks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='assessment',
            field=models.CharField(blank=True, choices=[('about-right', 'about right'), ('too-high', 'too high'), ('too-low', 'too low'), ('cannot-judge', 'cannot judge')], max_length=12, verbose_name='assessment'),
        ),
    ]
