from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_spheres'),
    ]

    operations = [
        migrations.RemoveField(model_name='organization', name='labels'),
    ]
