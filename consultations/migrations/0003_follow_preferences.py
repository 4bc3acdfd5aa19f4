from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0002_reminder_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='follow',
            name='wants_news',
            field=models.BooleanField(default=True, verbose_name='announcements and results'),
        ),
        migrations.AddField(
            model_name='follow',
            name='wants_reminders',
            field=models.BooleanField(default=True, verbose_name='dates: what opens and what closes soon'),
        ),
    ]
