import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('consultations', '0009_kinds_of_formal_events'),
        ('programs', '0006_what_freezing_asks'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('outcome', models.CharField(choices=[('accepted', 'taken into account'), ('partly', 'taken into account in part'), ('rejected', 'not taken into account'), ('noted', 'explained'), ('out_of_scope', 'outside the subject'), ('not_considered', 'left without consideration')], max_length=15, verbose_name='outcome')),
                ('reasons', models.TextField(blank=True, max_length=4000, verbose_name='reasons')),
            ],
            options={
                'verbose_name': 'answer template',
                'verbose_name_plural': 'answer templates',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='revision')),
                ('outcome', models.CharField(choices=[('accepted', 'taken into account'), ('partly', 'taken into account in part'), ('rejected', 'not taken into account'), ('noted', 'explained'), ('out_of_scope', 'outside the subject'), ('not_considered', 'left without consideration')], max_length=15, verbose_name='outcome')),
                ('reasons', models.TextField(blank=True, max_length=20000, verbose_name='reasons')),
                ('drafted_at', models.DateTimeField(verbose_name='drafted')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='sent for approval')),
                ('returned_at', models.DateTimeField(blank=True, null=True, verbose_name='returned')),
                ('returned_why', models.CharField(blank=True, max_length=1000, verbose_name='what to improve')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by')),
                ('returned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='returned by')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ('part', 'revision'),
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                ('email', models.EmailField(blank=True, help_text='Assigned voices and reminders are written to it.', max_length=254, verbose_name='e-mail')),
                ('members', models.ManyToManyField(blank=True, related_name='departments', to=settings.AUTH_USER_MODEL, verbose_name='who works in it')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('excerpt', models.TextField(blank=True, max_length=20000, verbose_name='what this part says')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='answer due')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('current', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='consultations.decision')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to='consultations.department', verbose_name='department')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='consultations.voice', verbose_name='voice')),
            ],
            options={
                'verbose_name': 'part of a voice',
                'verbose_name_plural': 'parts of voices',
                'ordering': ('voice', 'position'),
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='part',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='consultations.part', verbose_name='part'),
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='published')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='why there is another act')),
                ('voices', models.PositiveIntegerField(verbose_name='voices answered')),
                ('letters', models.PositiveIntegerField(verbose_name='letters owed')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='consultations.consultation', verbose_name='consultation')),
            ],
            options={
                'verbose_name': 'publication of answers',
                'verbose_name_plural': 'publications of answers',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='publication',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='consultations.publication'),
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=4000, verbose_name='note')),
                ('at', models.DateTimeField(verbose_name='written')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='consultations.voice', verbose_name='voice')),
            ],
            options={
                'verbose_name': 'internal note',
                'verbose_name_plural': 'internal notes',
                'ordering': ('at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_says_something')],
            },
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('voice', 'position'), name='part_once_per_place'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('part', 'revision'), name='decision_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'accepted'), models.Q(('reasons', ''), _negated=True), _connector='OR'), name='decision_gives_reasons', violation_error_message='Write the reasons: only what is taken into account whole may go without them.'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), ('drafted_by', None), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='decision_approved_by_another', violation_error_message='Somebody else has to approve an answer than who drafted it.'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at', None), ('submitted_at__isnull', False), _connector='OR'), name='decision_approved_after_review'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('publication', None), ('published_at', None)), models.Q(('approved_at__isnull', False), ('publication__isnull', False), ('published_at__isnull', False), ('returned_at', None)), _connector='OR'), name='decision_published_after_approval'),
        ),
    ]
