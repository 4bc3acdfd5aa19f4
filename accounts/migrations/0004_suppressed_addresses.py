import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_letter_texts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('reason', models.CharField(max_length=300, verbose_name='what the mail server said')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted')),
            ],
            options={
                'verbose_name': 'address that refuses letters',
                'verbose_name_plural': 'addresses that refuse letters',
                'ordering': ('-since',),
            },
        ),
        migrations.AddField(
            model_name='suppression',
            name='lifted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted by'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('email',), name='suppression_once_while_active'),
        ),
    ]
