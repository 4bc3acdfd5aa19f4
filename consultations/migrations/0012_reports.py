import consultations.models.report
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('consultations', '0011_changes_of_the_text'),
        ('programs', '0006_what_freezing_asks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Publicity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=200, verbose_name='where')),
                ('on', models.DateField(blank=True, null=True, verbose_name='when')),
                ('link', models.URLField(blank=True, verbose_name='link')),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='publicity', to='consultations.consultation', verbose_name='consultation')),
            ],
            options={
                'verbose_name': 'announced at',
                'verbose_name_plural': 'where it was announced',
                'ordering': ('on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.TextField(blank=True, max_length=4000, verbose_name='legal basis')),
                ('forms', models.TextField(blank=True, max_length=4000, verbose_name='how people could take part')),
                ('course', models.TextField(blank=True, max_length=10000, verbose_name='how it went')),
                ('opinion', models.TextField(blank=True, max_length=10000, verbose_name='opinion of the council of public benefit')),
                ('conclusion', models.TextField(blank=True, max_length=10000, verbose_name='final conclusions')),
                ('prepared_by', models.CharField(blank=True, max_length=300, verbose_name='prepared by: unit and persons')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('consultation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report', to='consultations.consultation', verbose_name='consultation')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
            },
        ),
        migrations.CreateModel(
            name='ReportEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('what', models.CharField(max_length=500, verbose_name='what')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='consultations.report')),
            ],
            options={
                'verbose_name': 'change of the report',
                'verbose_name_plural': 'changes of the report',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('progress', models.PositiveSmallIntegerField(default=0)),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='stopped')),
                ('trouble', models.CharField(blank=True, max_length=20, verbose_name='trouble')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.PositiveIntegerField(default=0)),
                ('pages', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='made')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('docx', 'DOCX'), ('xlsx', 'XLSX')], max_length=4, verbose_name='format')),
                ('source', models.CharField(max_length=64)),
                ('file', models.FileField(blank=True, max_length=200, upload_to=consultations.models.report.report_file_path)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_files', to='consultations.consultation', verbose_name='consultation')),
            ],
            options={
                'verbose_name': 'file of a report',
                'verbose_name_plural': 'files of reports',
                'constraints': [models.UniqueConstraint(fields=('consultation', 'format', 'source'), name='report_file_once_per_source'), models.CheckConstraint(condition=models.Q(models.Q(('made_at', None), ('sha256', '')), models.Q(('made_at__isnull', False), ('stopped_at', None), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='report_file_made_has_a_hash')],
            },
        ),
    ]
