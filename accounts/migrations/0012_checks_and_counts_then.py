"""Checks of an account and the day a group was counted on keep their history; what is known now is what was known then."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    group, version = (apps.get_model("accounts", name) for name in ("Group", "GroupVersion"))
    known = group.objects.filter(pk=OuterRef("group_id"))
    version.objects.update(counted_on=Subquery(known.values("counted_on")[:1]))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_submission_checks")]
    operations = [
        migrations.AddField(
            model_name="groupversion", name="counted_on", field=models.DateField(null=True)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
