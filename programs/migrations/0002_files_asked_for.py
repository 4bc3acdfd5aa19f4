import django.db.models.deletion
import django.utils.timezone
import programs.models
from django.conf import settings
from django.db import migrations, models


def tell_the_source(apps, schema_editor):
    """Files so far were made of frozen texts, when these were frozen."""
    for file in apps.get_model("programs", "VersionFile").objects.select_related("version"):
        file.source, file.asked_at = file.version.sha256, file.made_at
        file.save(update_fields=("source", "asked_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0001_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='versionfile',
            name='version_file_once_per_format',
        ),
        migrations.AddField(
            model_name='versionfile',
            name='asked_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='versionfile',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='base',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='redlines', to='programs.draftversion', verbose_name='compared with'),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='progress',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='source',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(tell_the_source, migrations.RunPython.noop),
        migrations.AddField(
            model_name='versionfile',
            name='started_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='stopped_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='stopped'),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='versionfile',
            name='trouble',
            field=models.CharField(blank=True, max_length=20, verbose_name='trouble'),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='file',
            field=models.FileField(blank=True, max_length=200, upload_to=programs.models.version_file_path),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='format',
            field=models.CharField(choices=[('pdf', 'PDF'), ('docx', 'DOCX'), ('txt', 'TXT')], max_length=4, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='made_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='made'),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='pages',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='size',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='versionfile',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='programs.draftversion', verbose_name='version'),
        ),
        migrations.AddConstraint(
            model_name='versionfile',
            constraint=models.UniqueConstraint(condition=models.Q(('base', None)), fields=('version', 'format', 'source'), name='version_file_once_per_source'),
        ),
        migrations.AddConstraint(
            model_name='versionfile',
            constraint=models.UniqueConstraint(condition=models.Q(('base__isnull', False)), fields=('version', 'base', 'format', 'source'), name='redline_file_once_per_source'),
        ),
        migrations.AddConstraint(
            model_name='versionfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('made_at', None), ('sha256', '')), models.Q(('made_at__isnull', False), ('stopped_at', None), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='version_file_made_has_a_hash'),
        ),
    ]
