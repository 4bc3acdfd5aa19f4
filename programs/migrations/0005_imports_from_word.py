import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0004_resolutions_and_attachments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TextImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('working', 'working draft'), ('consultation', 'draft for consultation'), ('after_consultation', 'draft after consultation'), ('council', 'draft for the city council'), ('adopted', 'adopted program')], default='working', max_length=20, verbose_name='purpose')),
                ('tracked', models.CharField(choices=[('stop', 'stop and tell me'), ('accept', 'accept all'), ('reject', 'reject all')], default='stop', max_length=6, verbose_name='tracked changes')),
                ('name', models.CharField(max_length=200, verbose_name='name of the file')),
                ('file', models.FileField(blank=True, max_length=200, upload_to='imports/', verbose_name='file')),
                ('asked_at', models.DateTimeField(verbose_name='put up')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=40, verbose_name='trouble')),
                ('trouble_count', models.PositiveIntegerField(default=0)),
                ('trouble_place', models.CharField(blank=True, max_length=200)),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('found', models.JSONField(blank=True, default=dict)),
                ('decided', models.JSONField(blank=True, default=dict)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='programs.draftversion', verbose_name='continues version')),
                ('made', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imported_from', to='programs.draftversion', verbose_name='became version')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='programs.program', verbose_name='program')),
            ],
            options={
                'verbose_name': 'import from Word',
                'verbose_name_plural': 'imports from Word',
                'ordering': ('-asked_at',),
            },
        ),
    ]
