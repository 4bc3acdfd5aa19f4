from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='as_sent',
            field=models.JSONField(blank=True, default=dict, verbose_name='as sent'),
        ),
        migrations.AddField(
            model_name='letter',
            name='doubts',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='times in doubt'),
        ),
        migrations.AddField(
            model_name='letter',
            name='history',
            field=models.JSONField(blank=True, default=list, verbose_name='history'),
        ),
        migrations.AddField(
            model_name='letter',
            name='troubled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='in trouble since'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='state',
            field=models.CharField(choices=[('queued', 'owed'), ('leased', 'taken by a worker'), ('sending', 'being sent'), ('sent', 'sent'), ('uncertain', 'in doubt'), ('failed', 'failed'), ('obsolete', 'no longer needed'), ('suppressed', 'not sent: the address does not exist')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('state__in', ('failed', 'uncertain'))), fields=['troubled_at'], name='letter_in_trouble'),
        ),
    ]
