"""A round's units are told their result only once a group has scored them, unless the scheme says `needs_group: false`.

Committees below the province whose round is under way began without that rule: their schemes go on as they were.
"""

from django.db import migrations


def go_on_without(apps, schema_editor):
    Scheme = apps.get_model("scoring", "Scheme")
    under_way = Scheme.objects.filter(
        unit__isnull=False, rounds__state__in=["self", "scoring"], rounds__unit__parent__isnull=False
    )
    for scheme in under_way.distinct():
        if "needs_group" not in scheme.settings:
            scheme.settings["needs_group"] = False
            scheme.save(update_fields=["settings"])


class Migration(migrations.Migration):

    dependencies = [("scoring", "0009_faults_and_round_evidence")]

    operations = [migrations.RunPython(go_on_without, migrations.RunPython.noop)]
