import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0006_decisions_on_topics'),
        ('consultations', '0007_rule_once_per_moment'),
    ]

    operations = [
        migrations.CreateModel(
            name='Conclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('text', models.TextField(max_length=5000, verbose_name='conclusion')),
                ('reasons', models.TextField(blank=True, max_length=5000, verbose_name='reasons')),
                ('author', models.CharField(max_length=150, verbose_name='written by')),
                ('at', models.DateTimeField(verbose_name='written')),
            ],
            options={
                'verbose_name': 'conclusion of a group',
                'verbose_name_plural': 'conclusions of groups',
                'ordering': ('group', 'position', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='NoteRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='revision')),
                ('body', models.TextField(blank=True, max_length=50000, verbose_name='notes')),
                ('author', models.CharField(max_length=150, verbose_name='written by')),
                ('began_at', models.DateTimeField(verbose_name='begun')),
                ('at', models.DateTimeField(verbose_name='saved')),
            ],
            options={
                'verbose_name': 'note sheet',
                'verbose_name_plural': 'note sheets',
                'ordering': ('group', '-number'),
            },
        ),
        migrations.AddField(
            model_name='conclusion',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conclusions', to='meetings.workinggroup', verbose_name='group'),
        ),
        migrations.AddField(
            model_name='conclusion',
            name='voice',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conclusion', to='consultations.voice', verbose_name='proposal'),
        ),
        migrations.AddField(
            model_name='noterevision',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='meetings.workinggroup', verbose_name='group'),
        ),
        migrations.AddConstraint(
            model_name='conclusion',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='conclusion_says_something', violation_error_message='Write the conclusion.'),
        ),
        migrations.AddConstraint(
            model_name='noterevision',
            constraint=models.UniqueConstraint(fields=('group', 'number'), name='note_revision_once'),
        ),
    ]
