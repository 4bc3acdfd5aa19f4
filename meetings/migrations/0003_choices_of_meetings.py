from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0002_order_of_groups'),
    ]

    operations = [
        migrations.AddField(
            model_name='meeting',
            name='accessibility',
            field=models.TextField(blank=True, help_text='Entrance, lift, toilet, induction loop, interpreter, parking: what somebody has to know before coming.', max_length=1000, verbose_name='accessibility of the place'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='asked_again_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='attendance asked again'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='confirm_closed_words',
            field=models.CharField(blank=True, max_length=300, verbose_name='after the deadline for confirming, people read'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='directions',
            field=models.TextField(blank=True, max_length=1000, verbose_name='how to get there'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='has_waiting_list',
            field=models.BooleanField(default=True, help_text='Whoever wants may wait for a place; a place that becomes free is offered to whoever waits longest.', verbose_name='keep a waiting list for full groups'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='releases_silent',
            field=models.BooleanField(default=False, help_text='They get a letter. Otherwise they keep their places.', verbose_name='after the deadline for confirming, free the places of people who have said nothing'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='signup_closed_words',
            field=models.CharField(blank=True, max_length=300, verbose_name='after the deadline for sign-up, people read'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='topics_closed_words',
            field=models.CharField(blank=True, max_length=300, verbose_name='after the deadline for extra topics, people read'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='without_signup',
            field=models.BooleanField(default=False, help_text='For an office hour or an open meeting: no groups, no sign-up, no capacity.', verbose_name='people come without signing up'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('releases_silent', False), ('confirm_until__isnull', False), _connector='OR'), name='meeting_releasing_silent_has_a_deadline', violation_error_message='Say until when people are to confirm: after it the places of the silent become free.'),
        ),
    ]
