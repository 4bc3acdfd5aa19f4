import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0003_choices_of_meetings'),
    ]

    operations = [
        migrations.AddField(
            model_name='groupmoderator',
            name='email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='e-mail for the invitation'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='cancelled_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='called off'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='cancelled_because',
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name='why it was called off'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ends at a time of its own'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subgroups', to='meetings.workinggroup', verbose_name='sub-group of'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='remote_capacity',
            field=models.PositiveIntegerField(default=0, help_text='Only at a meeting on site and remote.', verbose_name='places for taking part remotely'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='remote_taken',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='remote places taken'),
        ),
        migrations.AddField(
            model_name='workinggroup',
            name='starts_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='starts at a time of its own'),
        ),
        migrations.AlterField(
            model_name='workinggroup',
            name='capacity',
            field=models.PositiveIntegerField(help_text='At a meeting on site and remote: places in the room.', verbose_name='places'),
        ),
        migrations.AddConstraint(
            model_name='workinggroup',
            constraint=models.CheckConstraint(condition=models.Q(('remote_taken__gte', 0), ('remote_taken__lte', models.F('remote_capacity'))), name='group_never_above_remote_capacity', violation_error_message='There are more people taking part remotely than places for that.'),
        ),
        migrations.AddConstraint(
            model_name='workinggroup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_at', None), ('starts_at', None)), models.Q(('ends_at__isnull', False), ('starts_at__isnull', False), ('starts_at__lt', models.F('ends_at'))), _connector='OR'), name='group_has_both_hours_in_order_or_none', violation_error_message='Give the group both its hours, the start first, or neither.'),
        ),
        migrations.AddConstraint(
            model_name='workinggroup',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='group_is_not_its_own_part'),
        ),
    ]
