import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('consultations', '0012_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proposal', 'proposal'), ('remark', 'remark')], max_length=10)),
                ('token', models.CharField(editable=False, max_length=43, unique=True)),
                ('typed', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_drafts', to='consultations.consultation')),
            ],
            options={
                'verbose_name': 'kept draft',
                'verbose_name_plural': 'kept drafts',
            },
        ),
        migrations.CreateModel(
            name='VoiceImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proposal', 'proposal'), ('remark', 'remark')], max_length=10, verbose_name='kind')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('rows', models.JSONField(default=list)),
                ('at', models.DateTimeField(verbose_name='put up')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='recorded')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put up by')),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='consultations.consultation', verbose_name='consultation')),
            ],
            options={
                'verbose_name': 'sheet of voices',
                'verbose_name_plural': 'sheets of voices',
                'ordering': ('-at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('file_name', ''), _negated=True), name='voice_import_has_a_name')],
            },
        ),
    ]
