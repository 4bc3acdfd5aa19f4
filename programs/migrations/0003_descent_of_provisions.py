import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0002_files_asked_for'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProvisionLineage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('split', 'split'), ('merged', 'merged'), ('replaced', 'replaced')], max_length=10)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='descendants', to='programs.provision')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ancestors', to='programs.provision')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lineage', to='programs.draftversion', verbose_name='version')),
            ],
            options={
                'verbose_name': 'descent of a provision',
                'verbose_name_plural': 'descent of provisions',
            },
        ),
        migrations.AddConstraint(
            model_name='provisionlineage',
            constraint=models.UniqueConstraint(fields=('version', 'source', 'target'), name='lineage_once_per_version'),
        ),
        migrations.AddConstraint(
            model_name='provisionlineage',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='lineage_leads_to_another'),
        ),
    ]
