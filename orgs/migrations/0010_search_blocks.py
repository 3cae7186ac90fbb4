from django.db import migrations, models


class Migration(migrations.Migration):
    # `refresh_search_keys`, part of `prepare`, fills the blocks of the units that are there.

    dependencies = [
        ('orgs', '0009_erasures'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tree_id', models.PositiveIntegerField()),
                ('number', models.PositiveBigIntegerField(help_text='ids divided by the size of a block')),
                ('names', models.TextField(blank=True)),
                ('letters', models.TextField(blank=True)),
                ('digits', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tree_id', 'number'), name='searchblock_place')],
            },
        ),
        migrations.AddIndex(
            model_name='orgunit',
            index=models.Index(condition=models.Q(('rght__gt', models.F('lft') + 1)), fields=['tree_id', 'lft'], name='orgunit_leading'),
        ),
    ]
