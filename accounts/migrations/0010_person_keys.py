"""Versions of administratorships tell whether two of them are one person's (R3)."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    term, version = (
        apps.get_model("accounts", name) for name in ("Administratorship", "AdministratorshipVersion")
    )
    known = term.objects.filter(pk=OuterRef("administratorship_id"))
    version.objects.update(person_key=Coalesce(Subquery(known.values("mobile_index")[:1]), models.Value("")))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_fill_subordinates")]
    operations = [
        migrations.AddField(
            model_name="administratorshipversion",
            name="person_key",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
