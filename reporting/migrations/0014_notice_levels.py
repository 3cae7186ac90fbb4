from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reporting', '0013_collectors'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='levels',
            field=models.JSONField(blank=True, default=list, verbose_name='层级'),
        ),
    ]
