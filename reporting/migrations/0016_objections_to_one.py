"""Every objection is to a check or to 核减, and names the unit. After 0015: PostgreSQL alters no table with rows just filled in."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def without_counts(apps, schema_editor):
    """The way back: an older version knows no objection to 核减. What was said of it stays in the ledger."""
    apps.get_model("reporting", "Objection").objects.filter(check_made__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("reporting", "0015_objections_to_counts")]
    operations = [
        migrations.AlterField(
            model_name="objection",
            name="checked_unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orgs.orgunit",
                verbose_name="被抽查的团组织",
            ),
        ),
        migrations.AlterField(
            model_name="objection",
            name="check_made",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to="reporting.spotcheck",
            ),
        ),
        # Taken back before the column above is filled for all again.
        migrations.RunPython(migrations.RunPython.noop, without_counts, elidable=True),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=Q(decided_at__isnull=True), fields=["count_made"], name="objection_one_open_count"
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=Q(check_made__isnull=False, count_made__isnull=True)
                | Q(check_made__isnull=True, count_made__isnull=False),
                name="objection_to_one",
            ),
        ),
    ]
