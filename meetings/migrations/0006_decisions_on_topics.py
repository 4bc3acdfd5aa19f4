import django.db.models.deletion
from django.db import migrations, models


def accept_taken_topics(apps, schema_editor):
    """A topic with a group was one that staff had accepted."""
    taken = apps.get_model("meetings", "TopicProposal").objects.filter(group__isnull=False)
    taken.update(outcome="accepted", decided_at=models.F("received_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0005_waiting_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='topicproposal',
            name='answer',
            field=models.TextField(blank=True, max_length=1000, verbose_name='answer to the author'),
        ),
        migrations.AddField(
            model_name='topicproposal',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='topicproposal',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='meetings.topicproposal', verbose_name='joined with'),
        ),
        migrations.AddField(
            model_name='topicproposal',
            name='outcome',
            field=models.CharField(blank=True, choices=[('accepted', 'accepted: a group talks about it'), ('merged', 'joined with another topic'), ('rejected', 'not taken up')], max_length=10, verbose_name='decision'),
        ),
        migrations.RunPython(accept_taken_topics, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='topicproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('group', None), ('merged_into', None), ('outcome', '')), models.Q(('decided_at__isnull', False), ('group__isnull', False), ('merged_into', None), ('outcome', 'accepted')), models.Q(('decided_at__isnull', False), ('group', None), ('merged_into__isnull', False), ('outcome', 'merged')), models.Q(('decided_at__isnull', False), ('group', None), ('merged_into', None), ('outcome', 'rejected')), _connector='OR'), name='topic_has_what_its_decision_needs', violation_error_message='Choose the group for an accepted topic, or the topic that it is joined with.'),
        ),
        migrations.AddConstraint(
            model_name='topicproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'rejected'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='topic_is_rejected_with_reasons', violation_error_message='Write to the author why the topic is not taken up.'),
        ),
        migrations.AddConstraint(
            model_name='topicproposal',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('pk')), _negated=True), name='topic_is_not_merged_into_itself'),
        ),
    ]
