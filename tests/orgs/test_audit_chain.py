"""The audit chain: whatever is changed past the triggers is named, erasing a person leaves it whole (B5, J2)."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from config.condition import conditions
from orgs.kernel import clock
from orgs.models import AuditBody, AuditEntry, AuditLink
from orgs.operations import audit_chain, ledger
from tests.config.sound_scene import unlocked
from tests.world import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(world, cast):
    """Five sealed lines, the third without a body."""
    found = [
        ledger.record("unit.renamed", world["hnu"], by=cast["province"], reason="更名", was=["旧", 1]),
        ledger.record("unit.amended", world["qh"], by=None, n=3),
        ledger.record("unit.closed", world["qh"], by=cast["province"]),
        ledger.record("unit.moved", world["qh"], by=cast["province"], reason="区划调整"),
        ledger.record("unit.created", world["ah"], by=cast["province"], n=1),
    ]
    audit_chain.seal()
    return found


def broken() -> list[int | None]:
    return [each.entry_id for each in audit_chain.verify()]


def tampered(statement: str, *values: object) -> list[int | None]:
    with unlocked(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return broken()


def test_what_was_sealed_verifies_and_sealing_again_changes_nothing(lines):
    before = list(AuditLink.objects.order_by("number").values_list())
    assert audit_chain.seal() == 0
    assert list(AuditLink.objects.order_by("number").values_list()) == before
    assert broken() == []
    assert AuditEntry.objects.unsealed().count() == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orgs_auditentry SET verb = 'unit.amendef' WHERE id = %s",
        "UPDATE orgs_auditentry SET by_id = NULL WHERE id = %s",
        "UPDATE orgs_auditentry SET object_id = object_id || '1' WHERE id = %s",
        "UPDATE orgs_auditentry SET request_id = 'x' WHERE id = %s",
        "UPDATE orgs_auditbody SET reason = '更明' WHERE entry_id = %s",
        """UPDATE orgs_auditbody SET detail = '{"was": ["旧", 2]}' WHERE entry_id = %s""",
        "UPDATE orgs_auditbody SET salt = 'x' WHERE entry_id = %s",
        "UPDATE orgs_auditbody SET reason = '', salt = '', erased_at = '2026-11-22 00:00:00Z' WHERE entry_id = %s",
        "DELETE FROM orgs_auditbody WHERE entry_id = %s",
        "UPDATE orgs_auditlink SET body_digest = '' WHERE entry_id = %s",
    ],
)
def test_a_change_past_the_triggers_names_the_line(lines, change):
    assert set(tampered(change, lines[0].pk)) == {lines[0].pk}


def test_words_added_to_a_line_without_any_are_found(lines):
    words = "INSERT INTO orgs_auditbody (entry_id, salt, reason, detail) VALUES (%s, 'x', '另有原因', '{}')"
    assert tampered(words, lines[2].pk) == [lines[2].pk]


def test_a_moved_moment_is_found(lines):
    with unlocked():
        AuditEntry.objects.filter(pk=lines[1].pk).update(at=lines[1].at + timedelta(microseconds=1))
    assert broken() == [lines[1].pk]


def test_a_line_that_vanishes_with_its_link_leaves_a_gap(lines):
    link = AuditLink.objects.get(entry=lines[1])
    number = link.number
    after = AuditLink.objects.get(number=number + 1)
    with unlocked():
        link.delete()
        AuditBody.objects.filter(entry=lines[1]).delete()
        AuditEntry.objects.filter(pk=lines[1].pk).delete()
    found = list(audit_chain.verify())
    assert [(each.number, each.entry_id) for each in found] == [
        (number, None),
        (after.number, after.entry_id),
    ]


def test_a_chain_cut_off_at_its_end_is_told_by_a_head_noted_elsewhere(lines):
    head = AuditLink.objects.head()
    assert audit_chain.vouched(head.number, head.digest[: audit_chain.NOTED_DIGITS])
    with unlocked():
        head.delete()
    assert broken() == []
    assert not audit_chain.vouched(head.number, head.digest)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orgs_auditlink",
        "UPDATE orgs_auditlink SET digest = 'x'",
        "DELETE FROM orgs_auditbody",
        "UPDATE orgs_auditbody SET reason = 'x'",
        "UPDATE orgs_auditbody SET erased_at = '2026-11-22 00:00:00Z'",
        "UPDATE orgs_auditbody SET salt = ''",
        "UPDATE orgs_auditentry SET verb = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_is_written(lines, statement):
    with pytest.raises(IntegrityError, match="immutable: "), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_body_may_be_erased_and_the_chain_stays_whole_once_that_is_told(lines, cast):
    AuditBody.objects.filter(entry=lines[0]).update(salt="", reason="", erased_at=clock.now())
    assert broken() == [lines[0].pk]
    ledger.record(audit_chain.ERASED, lines[0], by=cast["province"], lines=[lines[0].pk])
    assert broken() == []


def test_a_day_continues_the_day_before_and_can_be_verified_alone(lines, world):
    with clock.frozen(TODAY + timedelta(days=1)):
        line = ledger.record("unit.amended", world["hnu"], by=None, n=1)
        audit_chain.seal()
        tomorrow = AuditLink.objects.get(entry=line)
        assert tomorrow.day > AuditLink.objects.get(entry=lines[0]).day
        with unlocked():
            AuditEntry.objects.filter(pk__in=[lines[0].pk, line.pk]).update(verb="x")
        assert [each.entry_id for each in audit_chain.verify(tomorrow.day)] == [line.pk]
        assert broken() == [lines[0].pk, line.pk]


def test_the_status_says_when_lines_wait_too_long(lines, world):
    with clock.frozen(TODAY):
        ledger.record("unit.amended", world["hnu"], by=None, n=1)
        tail = audit_chain.tail()
        assert (tail.n_lines, tail.is_late) == (1, False)
    with clock.frozen(TODAY + timedelta(days=1)):
        assert "有 1 条操作记录超过一小时没有封存" in conditions("audit")[0].problem
        call_command("seal_audit", stdout=StringIO())
        assert conditions("audit")[0].is_well


def test_many_lines_are_written_in_two_statements_each_with_its_words(world, cast, django_assert_num_queries):
    units, by = [world["hnu"], world["qh"], world["ah"]], cast["province"]
    with django_assert_num_queries(2):
        details = {units[0].pk: {"n": 1}}
        ledger.record_many("unit.amended", units, by=by, reason="一并修改", details=details)
    written = AuditEntry.objects.order_by("-pk")[:3]
    assert {(int(each.object_id), each.reason, each.detail.get("n")) for each in written} == {
        (units[0].pk, "一并修改", 1),
        (units[1].pk, "一并修改", None),
        (units[2].pk, "一并修改", None),
    }


def test_the_command_names_the_line_and_exits_with_1(lines):
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    told = json.loads(out.getvalue())
    head = AuditLink.objects.head()
    assert (told["sound"], told["head"]) == (True, f"{head.number}:{head.digest}")
    call_command("verify_audit", "--noted", str(head), stdout=StringIO())
    with pytest.raises(CommandError, match="编号:摘要"):
        call_command("verify_audit", "--noted", "1", stdout=StringIO())
    with unlocked():
        AuditEntry.objects.filter(pk=lines[1].pk).update(verb="x")
    with pytest.raises(SystemExit) as done:
        call_command("verify_audit", "--noted", f"{head.number}:{'0' * 64}", stdout=out)
    assert done.value.code == 1
    assert f"操作记录 {lines[1].pk}" in out.getvalue()
    assert "链被截断或重写" in out.getvalue()
