import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0003_descent_of_provisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opinion', 'opinion of the council of public benefit'), ('reasons', 'statement of reasons'), ('other', 'other attachment')], default='other', max_length=10, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('file', models.FileField(max_length=200, upload_to='attachments/', verbose_name='file')),
                ('size', models.PositiveIntegerField(editable=False, verbose_name='size')),
                ('published_at', models.DateTimeField(editable=False, verbose_name='published')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='programs.program', verbose_name='program')),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='programs.draftversion', verbose_name='about version')),
            ],
            options={
                'verbose_name': 'attachment of a program',
                'verbose_name_plural': 'attachments of programs',
                'ordering': ('program', 'kind', 'published_at'),
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, verbose_name='number of the resolution')),
                ('adopted_on', models.DateField(verbose_name='adopted on')),
                ('promulgation', models.CharField(blank=True, max_length=250, verbose_name='where it was promulgated')),
                ('bip_url', models.URLField(blank=True, max_length=400, verbose_name='address in BIP')),
                ('recorded_at', models.DateTimeField(editable=False)),
                ('program', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='resolution', to='programs.program', verbose_name='program')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='programs.draftversion', verbose_name='adopted version')),
            ],
            options={
                'verbose_name': 'resolution of the council',
                'verbose_name_plural': 'resolutions of the council',
                'ordering': ('-adopted_on',),
            },
        ),
    ]
