import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('consultations', '0010_answers'),
        ('programs', '0006_what_freezing_asks'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProposedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('reword', 'new wording'), ('add', 'new unit behind it'), ('remove', 'unit removed')], default='reword', max_length=10, verbose_name='what is done')),
                ('base_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('heading', models.CharField(blank=True, max_length=250, verbose_name='heading')),
                ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                ('own_reason', models.CharField(blank=True, max_length=1000, verbose_name='reason of the office')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='made')),
                ('discarded_at', models.DateTimeField(blank=True, null=True, verbose_name='dropped')),
                ('discarded_why', models.CharField(blank=True, max_length=1000, verbose_name='why it was dropped')),
                ('applied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('applied_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='programs.draftversion', verbose_name='made in version')),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.draftversion', verbose_name='made on version')),
                ('discarded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dropped by')),
                ('parts', models.ManyToManyField(blank=True, related_name='changes', to='consultations.part', verbose_name='because of')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('provision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='programs.provision', verbose_name='provision')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='results_of', to='programs.provision', verbose_name='came to stand in')),
            ],
            options={
                'verbose_name': 'change of the text',
                'verbose_name_plural': 'changes of the text',
                'ordering': ('proposed_at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('applied_at', None), ('applied_in', None), ('result', None)), models.Q(('applied_at__isnull', False), ('applied_in__isnull', False), ('discarded_at', None), ('result__isnull', False)), _connector='OR'), name='change_applied_says_where'), models.CheckConstraint(condition=models.Q(models.Q(('applied_at__isnull', False), ('base', None), ('base_hash', '')), models.Q(('base__isnull', False), models.Q(('base_hash', ''), _negated=True)), _connector='OR'), name='change_knows_its_base'), models.CheckConstraint(condition=models.Q(('discarded_at', None), models.Q(('discarded_why', ''), _negated=True), _connector='OR'), name='change_dropped_for_a_reason', violation_error_message='Write why the change is dropped.')],
            },
        ),
    ]
