"""A form says which machine checks it went through. Those that wait get what every form with accounts goes through."""

from django.db import migrations, models

ALWAYS = {"account.identifier": "identifier_taken", "administrator.mobile": "mobile_elsewhere"}


def fill(apps, schema_editor):
    submission, field_list = (apps.get_model("accounts", name) for name in ("Submission", "FieldList"))
    for pk, fields in field_list.objects.values_list("pk", "fields"):
        targets = {each.get("target") for each in fields}
        if "account.identifier" in targets:
            checks = [code for target, code in ALWAYS.items() if target in targets]
            submission.objects.filter(round__field_list=pk, status="submitted").update(checks=checks)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_person_keys")]
    operations = [
        migrations.AddField(
            model_name="submission",
            name="checks",
            field=models.JSONField(
                blank=True, default=list, help_text="machine checks that ran at submission, by code"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
