from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_suppressions_by_bounce'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['occasion'], name='letter_by_occasion', opclasses=('varchar_pattern_ops',)),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('kind__in', ('login_code', 'password_reset'))), fields=['state'], name='letter_of_secret_kind'),
        ),
    ]
