import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0007_rule_once_per_moment'),
        ('programs', '0006_what_freezing_asks'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='voice',
            name='voice_has_the_fields_of_its_kind',
        ),
        migrations.AddField(
            model_name='submission',
            name='folded',
            field=models.CharField(blank=True, editable=False, max_length=250),
        ),
        migrations.AddField(
            model_name='submission',
            name='scan',
            field=models.FileField(blank=True, max_length=200, upload_to='scans/', verbose_name='scan'),
        ),
        migrations.AddField(
            model_name='voice',
            name='folded',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='voice',
            name='until_text',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.provisiontext', verbose_name='to provision'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='channel',
            field=models.CharField(choices=[('portal', 'portal'), ('email', 'e-mail'), ('paper', 'on paper'), ('phone', 'by telephone'), ('meeting', 'at the meeting'), ('epuap', 'by ePUAP or e-Doręczenia')], default='portal', max_length=10, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='name',
            field=models.CharField(blank=True, max_length=150, verbose_name='first and last name'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'portal'), _negated=True), models.Q(('name', ''), _negated=True), _connector='OR'), name='submission_from_portal_is_signed', violation_error_message='A letter from the portal is signed.'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'proposal'), ('proposed_wording', ''), ('provision_text', None), ('quote', ''), ('until_text', None), ('version', None), models.Q(('text', ''), _negated=True)), models.Q(('kind', 'remark'), ('version__isnull', False), models.Q(('until_text', None), ('provision_text__isnull', False), _connector='OR'), models.Q(('text', ''), ('proposed_wording', ''), ('reasons', ''), _negated=True)), _connector='OR'), name='voice_has_the_fields_of_its_kind', violation_error_message='Write what you propose.'),
        ),
    ]
