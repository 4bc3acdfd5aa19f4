import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invitation', 'invitation to the organizations of the directory'), ('stage_opens', 'a stage opens'), ('stage_closes', 'a stage closes soon'), ('signup_closes', 'sign-up for a meeting closes soon'), ('topics_close', 'extra topics of a meeting close soon'), ('confirm_attendance', 'confirm that you are coming'), ('meeting_soon', 'the meeting is soon'), ('news', 'an announcement was published'), ('results', 'the text after consultation is public'), ('staff_unanswered', 'for staff: voices wait for an answer')], max_length=20, verbose_name='what about')),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days before')),
                ('clock', models.TimeField(blank=True, null=True, verbose_name='at')),
                ('hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='hours before')),
                ('audience', models.CharField(choices=[('directory', 'organizations of the directory'), ('followers', 'followers'), ('all', 'followers and people signed up'), ('silent', 'those of them who have not spoken yet'), ('not_signed_up', 'followers who have not signed up'), ('signed_up', 'people signed up'), ('unconfirmed', 'people signed up who have not confirmed'), ('coming', 'people who are coming'), ('staff', 'coordinators')], max_length=20, verbose_name='to whom')),
                ('is_on', models.BooleanField(default=True, verbose_name='switched on')),
                ('since', models.DateTimeField(editable=False, verbose_name='in force since')),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='consultations.consultation', verbose_name='consultation')),
                ('stage', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminder_rules', to='consultations.stage', verbose_name='only this stage')),
            ],
            options={
                'verbose_name': 'reminder rule',
                'verbose_name_plural': 'reminder rules',
                'ordering': ('consultation', 'kind', '-days', '-hours'),
            },
        ),
        migrations.CreateModel(
            name='ReminderRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=40, verbose_name='about')),
                ('moment', models.DateTimeField(verbose_name='deadline')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('is_moved', models.BooleanField(default=False, verbose_name='new deadline')),
                ('began_at', models.DateTimeField(blank=True, null=True, verbose_name='began')),
                ('missed_at', models.DateTimeField(blank=True, null=True, verbose_name='missed')),
                ('letters', models.PositiveIntegerField(default=0, verbose_name='letters')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='consultations.reminderrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
                'ordering': ('-due_at', '-pk'),
            },
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('clock__isnull', False), ('days__isnull', False), ('hours', None)), models.Q(('clock', None), ('days', None)), _connector='OR'), name='rule_counts_in_days_or_hours', violation_error_message='Give days with a time of day, or hours, or neither.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(('days', None), ('days__lte', 60), _connector='OR'), name='rule_days_within_two_months', violation_error_message='Give at most 60 days.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(('hours', None), ('hours__lte', 240), _connector='OR'), name='rule_hours_within_ten_days', violation_error_message='Give at most 240 hours; for more use days.'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.UniqueConstraint(models.F('consultation'), models.F('kind'), models.F('audience'), django.db.models.functions.comparison.Coalesce('stage_id', 0), django.db.models.functions.comparison.Coalesce('days', -1), django.db.models.functions.comparison.Coalesce('hours', -1), name='rule_once', violation_error_message='There is such a rule already.'),
        ),
        migrations.AddIndex(
            model_name='reminderrun',
            index=models.Index(fields=['rule', 'thing'], name='run_of_a_thing'),
        ),
        migrations.AddConstraint(
            model_name='reminderrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('began_at', None), ('letters', 0), ('missed_at__isnull', False)), models.Q(('began_at__isnull', False), ('missed_at', None)), _connector='OR'), name='run_began_or_was_missed'),
        ),
    ]
