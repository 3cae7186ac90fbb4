"""Objections may be to 核减 too; what unit was checked stands in the objection itself."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    objection, check = (apps.get_model("reporting", name) for name in ("Objection", "SpotCheck"))
    about = check.objects.filter(pk=OuterRef("check_made_id")).values("unit_id")[:1]
    objection.objects.update(checked_unit_id=Subquery(about))


class Migration(migrations.Migration):
    dependencies = [("reporting", "0014_notice_levels")]
    operations = [
        migrations.AddField(
            model_name="objection",
            name="checked_unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgs.orgunit",
                verbose_name="被抽查的团组织",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="count_made",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to="reporting.verifiedcount",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="second_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="复核时间"),
        ),
        migrations.AddField(
            model_name="objection",
            name="second_count",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="second_of",
                to="reporting.verifiedcount",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="second_members",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="复核人数"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
