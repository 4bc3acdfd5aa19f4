from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0003_follow_preferences'),
    ]

    operations = [
        migrations.AddField(
            model_name='stage',
            name='invited',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='organizations invited'),
        ),
    ]
