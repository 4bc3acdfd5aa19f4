from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_no_more_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='suppression',
            name='by_bounce',
            field=models.BooleanField(default=False, verbose_name='the letter came back'),
        ),
    ]
