import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_letters_in_trouble'),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('language', models.CharField(choices=[('pl', 'Polish'), ('en', 'English')], max_length=5, verbose_name='language')),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('body', models.TextField(max_length=6000, verbose_name='text')),
                ('why', models.CharField(max_length=400, verbose_name='why the person gets this letter')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
            ],
            options={
                'verbose_name': 'text of a letter',
                'verbose_name_plural': 'texts of letters',
                'ordering': ('kind', 'language'),
            },
        ),
        migrations.AddField(
            model_name='lettertext',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.UniqueConstraint(fields=('kind', 'language'), name='letter_text_once_per_language'),
        ),
    ]
