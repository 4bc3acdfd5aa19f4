import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0005_imports_from_word'),
    ]

    operations = [
        migrations.AddField(
            model_name='draftversion',
            name='frozen_despite',
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name='frozen all the same'),
        ),
        migrations.AddConstraint(
            model_name='provisiontext',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 20000), name='provision_text_fits', violation_error_message='A unit holds at most 20,000 characters.'),
        ),
    ]
