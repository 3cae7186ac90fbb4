"""What stands in a group now stands in its current version as well."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    group, version = (apps.get_model("accounts", name) for name in ("Group", "GroupVersion"))
    known = group.objects.filter(pk=OuterRef("group_id"), subordinates_in__isnull=False)
    version.objects.filter(
        valid_to__isnull=True, group__in=group.objects.filter(subordinates_in__isnull=False)
    ).update(subordinates_in=Subquery(known.values("subordinates_in")[:1]))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_hand_outs_and_subordinates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
