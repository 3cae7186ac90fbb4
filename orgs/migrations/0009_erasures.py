import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import orgs.kernel.crypto


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0008_audit_bodies_and_chain'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', orgs.kernel.crypto.EncryptedTextField(blank=True, help_text='mobile or user name; empty once done')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                ('result', models.JSONField(blank=True, default=dict)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit')),
            ],
            options={
                'verbose_name': '个人信息删除',
                'verbose_name_plural': '个人信息删除',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
    ]
