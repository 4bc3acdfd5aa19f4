from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_heartbeats'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='uninvited_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked for no more invitations'),
        ),
    ]
