"""What was expected before versions were kept: from the launch of the round on; the approval that entered the registry."""

from django.db import migrations
from django.db.models import Max

_VERSIONS = """
INSERT INTO accounts_expectedversion (expected_id, deadline_at, is_due, valid_from)
SELECT e.id, e.deadline_at, CASE WHEN e.exempt_reason = '' THEN {true} ELSE {false} END, r.launched_at
  FROM accounts_expected e JOIN accounts_collectionround r ON r.id = e.round_id
 WHERE NOT EXISTS (SELECT 1 FROM accounts_expectedversion v WHERE v.expected_id = e.id)
"""


def write_versions(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    words = {"true": "TRUE", "false": "FALSE"} if is_postgresql else {"true": "1", "false": "0"}
    schema_editor.execute(_VERSIONS.format(**words))


def mark_final_steps(apps, schema_editor):
    steps = apps.get_model("accounts", "ReviewStep").objects.using(schema_editor.connection.alias)
    last = steps.filter(kind="approved", submission__status="approved").values("submission").annotate(n=Max("pk"))
    steps.filter(pk__in=last.values("n"), is_final=False).update(is_final=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_expected_versions")]

    operations = [
        migrations.RunPython(write_versions, migrations.RunPython.noop),
        migrations.RunPython(mark_final_steps, migrations.RunPython.noop),
    ]
