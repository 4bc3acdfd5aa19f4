from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_suppressed_addresses'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('task', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='task')),
                ('at', models.DateTimeField(verbose_name='last run')),
            ],
            options={
                'verbose_name': 'periodic task',
                'verbose_name_plural': 'periodic tasks',
            },
        ),
    ]
