from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scoring', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='sheet',
            name='no_self_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='未交自评的原因'),
        ),
        migrations.AddField(
            model_name='consequence',
            name='is_dismissed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='consequence',
            name='dismissal_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='不予认定的理由'),
        ),
        migrations.AddConstraint(
            model_name='consequence',
            constraint=models.CheckConstraint(condition=models.Q(('is_confirmed', True), ('is_dismissed', True), _negated=True), name='consequence_decided_one_way'),
        ),
    ]
