from django.db import migrations


def approve_items(apps, schema_editor):
    """What was approved as a whole stays so: its items are."""
    Item = apps.get_model("scoring", "Item")
    Item.objects.filter(section__scheme__state="approved").update(state="approved")


class Migration(migrations.Migration):

    dependencies = [
        ("scoring", "0003_schemes"),
    ]

    operations = [
        migrations.RunPython(approve_items, migrations.RunPython.noop),
    ]
