import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0004_kinds_of_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RegistrationEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('signed_up', 'signed up'), ('waits', 'put on the waiting list'), ('email', 'confirmed the e-mail'), ('seated', 'moved up from the waiting list'), ('offered', 'was offered a place that became free'), ('coming', 'said that they are coming'), ('asked', 'was asked again whether they come'), ('moved', 'moved to another group'), ('present', 'was present'), ('ended', 'the sign-up ended')], max_length=10, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('because', models.CharField(blank=True, choices=[('lapsed', 'the e-mail was not confirmed in time'), ('untaken', 'the place offered was not taken in time'), ('silent', 'attendance was not confirmed in time'), ('absent', 'did not come'), ('withdrew', 'resigned'), ('by_staff', 'removed by the office')], max_length=10, verbose_name='why')),
            ],
            options={
                'verbose_name': 'event of a sign-up',
                'verbose_name_plural': 'events of sign-ups',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='registration',
            name='offered_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='place offered until'),
        ),
        migrations.AddField(
            model_name='registration',
            name='organization_number',
            field=models.CharField(blank=True, max_length=14, verbose_name='KRS, NIP or REGON as written'),
        ),
        migrations.AddField(
            model_name='registration',
            name='present_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='was present'),
        ),
        migrations.AddField(
            model_name='registration',
            name='remotely',
            field=models.BooleanField(default=False, verbose_name='takes part remotely'),
        ),
        migrations.AddField(
            model_name='registration',
            name='waits_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='waits since'),
        ),
        migrations.AlterField(
            model_name='registration',
            name='ended_because',
            field=models.CharField(blank=True, choices=[('lapsed', 'the e-mail was not confirmed in time'), ('untaken', 'the place offered was not taken in time'), ('silent', 'attendance was not confirmed in time'), ('absent', 'did not come'), ('withdrew', 'resigned'), ('by_staff', 'removed by the office')], max_length=10, verbose_name='why it ended'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(('offered_until', None), models.Q(('attendance_confirmed_at', None), ('email_confirmed_at__isnull', False), ('waits_since', None)), _connector='OR'), name='registration_offer_is_a_seat_not_taken_yet'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(('waits_since', None), models.Q(('attendance_confirmed_at', None), ('present_at', None)), _connector='OR'), name='registration_who_waits_has_no_seat'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(('present_at', None), ('ended_at', None), _connector='OR'), name='registration_present_has_not_ended'),
        ),
        migrations.AddField(
            model_name='registrationevent',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='registrationevent',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.workinggroup', verbose_name='group'),
        ),
        migrations.AddField(
            model_name='registrationevent',
            name='registration',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='meetings.registration', verbose_name='sign-up'),
        ),
        migrations.AddIndex(
            model_name='registrationevent',
            index=models.Index(fields=['group', 'what', 'at'], name='event_of_a_group'),
        ),
    ]
