from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0008_words_to_search_and_ranges'),
    ]

    operations = [
        migrations.AddField(
            model_name='formalevent',
            name='kind',
            field=models.CharField(choices=[('handed_over', 'draft handed to the council of public benefit'), ('opinion', 'opinion of the council of public benefit'), ('acceptance', 'acceptance of the draft'), ('session', 'session of the city council'), ('resolution', 'resolution'), ('bulletin', 'publication in the Public Information Bulletin'), ('annual_report', "report on last year's program"), ('other', 'something else')], default='other', max_length=15, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='formalevent',
            name='waived',
            field=models.BooleanField(default=False, verbose_name='no opinion in time: waived'),
        ),
        migrations.AddConstraint(
            model_name='formalevent',
            constraint=models.CheckConstraint(condition=models.Q(('waived', False), models.Q(('done_on__isnull', False), ('kind', 'opinion')), _connector='OR'), name='event_waived_is_an_opinion', violation_error_message='Only an opinion whose days have passed can be waived.'),
        ),
    ]
