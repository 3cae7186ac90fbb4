"""A line of an account's checklist that is looked at again is a row of its own."""

from django.db import migrations, models
from django.db.models import Q


def without_history(apps, schema_editor):
    """The way back: an older version knows one row of each line, the last."""
    apps.get_model("accounts", "AccountCheck").objects.filter(superseded_at__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_checks_and_counts_then")]
    operations = [
        migrations.AddField(
            model_name="accountcheck",
            name="superseded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="再次核对时间"),
        ),
        migrations.RemoveConstraint(model_name="accountcheck", name="accountcheck_once"),
        migrations.RunPython(migrations.RunPython.noop, without_history, elidable=True),
        migrations.AddConstraint(
            model_name="accountcheck",
            constraint=models.UniqueConstraint(
                condition=Q(superseded_at__isnull=True),
                fields=["account", "item"],
                name="accountcheck_one_current",
            ),
        ),
    ]
