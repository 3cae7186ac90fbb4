"""Reason and detail of each audit line move to a table of their own; the chain is sealed by the first run of its job."""

import django.db.models.deletion
from django.db import migrations, models

import orgs.models.audit
from orgs.kernel import triggers

# 122 and 128 random bits; the rows are written by the database, as there may be millions.
SALTS = {"postgresql": "replace(gen_random_uuid()::text, '-', '')", "sqlite": "lower(hex(randomblob(16)))"}
NOTHING = {"postgresql": "'{}'::jsonb", "sqlite": "'{}'"}


def take_out(apps, schema_editor):
    """One body for each line that has a reason or a detail."""
    vendor = schema_editor.connection.vendor
    schema_editor.execute(
        "INSERT INTO orgs_auditbody (entry_id, salt, reason, detail)"
        f" SELECT id, {SALTS[vendor]}, reason, detail FROM orgs_auditentry"
        f" WHERE reason <> '' OR detail <> {NOTHING[vendor]}"
    )


def put_back(apps, schema_editor):
    """The words return to their lines; the chain goes with its table, and is sealed anew after the next migration."""
    triggers.remove(schema_editor.connection)
    schema_editor.execute(
        "UPDATE orgs_auditentry SET"
        " reason = (SELECT b.reason FROM orgs_auditbody b WHERE b.entry_id = orgs_auditentry.id),"
        " detail = (SELECT b.detail FROM orgs_auditbody b WHERE b.entry_id = orgs_auditentry.id)"
        " WHERE id IN (SELECT entry_id FROM orgs_auditbody)"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_second_factor'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditBody',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='body', serialize=False, to='orgs.auditentry')),
                ('salt', models.CharField(blank=True, default=orgs.models.audit.new_salt, max_length=32)),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '操作记录正文',
                'verbose_name_plural': '操作记录正文',
            },
        ),
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('number', models.BigIntegerField(help_text='1, 2, 3 … without a gap', primary_key=True, serialize=False)),
                ('day', models.DateField(db_index=True, help_text='on which it was sealed; a day begins with the last link of another')),
                ('body_digest', models.CharField(blank=True, help_text='salted; empty: a line without a body', max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='orgs.auditentry')),
            ],
            options={
                'verbose_name': '操作记录链',
                'verbose_name_plural': '操作记录链',
            },
        ),
        migrations.RunPython(take_out, put_back),
        migrations.RemoveField(model_name='auditentry', name='reason'),
        migrations.RemoveField(model_name='auditentry', name='detail'),
    ]
