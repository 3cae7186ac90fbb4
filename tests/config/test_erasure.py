"""B6: one person is erased from everywhere; a dump finds nothing, the chain is whole, and no figure has changed."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.urls import reverse

from accounts.models import Administratorship, RegistryEvent, Submission, SubmissionRow
from accounts.operations import collection, files, registry, review
from accounts.operations.registry import PersonalData
from config.erasure import erasing
from config.integrity import CHECKS
from orgs.choices import NotificationKind, Role
from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.kernel.forgetting import Words, forget
from orgs.kernel.integrity import run
from orgs.models import Appointment, AuditBody, AuditEntry, Erasure, Job, User
from orgs.operations import audit_chain, ledger
from reporting.models import Bulletin, ClosedWeek
from reporting.operations import bulletins
from reporting.rollup import content_hash
from scoring.operations.document_stores import EVIDENCE
from tests.accounts.forms import launch, row, submitted
from tests.config.canaries import CANARY, EMAIL, WORDS, stored
from tests.reporting.closed_weeks import LAST, close, report
from tests.world import TODAY

pytestmark = pytest.mark.django_db
CLASS, OTHER = "hnu-law-1201", "hnu-law-1202"
PERSONAL = {
    "admin_name": CANARY.name,
    "admin_wechat": CANARY.wechat_id,
    "admin_nickname": CANARY.nickname,
    "admin_qq": CANARY.qq,
    "admin_mobile": CANARY.mobile,
}
NAMESAKE = PersonalData(CANARY.name, "namesake_wx_1", "同名", "1357913579", "13977700078")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def canary(world, cast):
    """In office last week, gone since; named in forms, words and files. Somebody else there has the same name."""
    account = report(world, CLASS, 45)
    with clock.frozen(LAST.starts_at + timedelta(days=2)):
        term = registry.appoint_administrator(world[CLASS], account=account, person=CANARY, by=None)
        registry.appoint_administrator(world[OTHER], account=None, person=NAMESAKE, by=None)
    close(LAST)
    registry.replace_administrator(
        term,
        PersonalData("接任", "next_wx_001", "接任", "24681357", "13977700079"),
        reason=f"{CANARY.name}毕业",
        by=None,
    )
    user = User.objects.create_user("canary", "x", name=CANARY.name, mobile=CANARY.mobile, email=EMAIL)
    Appointment.objects.create(
        user=user, unit=world[CLASS], role=Role.SECRETARY, starts_on=TODAY.date() - timedelta(days=90), ends_on=TODAY.date() - timedelta(days=1),
    )  # fmt: skip
    name_in_forms(world, cast)
    ledger.record("unit.amended", world[CLASS], by=user, reason=f"{CANARY.name}来电{CANARY.mobile}要求")
    ledger.notify(
        world[CLASS], NotificationKind.SUBMISSION_RETURNED, f"请{CANARY.name}（{CANARY.mobile}）核对"
    )
    job = Job.objects.create(
        task="accounts.write_annex", key="annex-1", state="done", created_at=TODAY, finished_at=TODAY
    )
    files.keep(job, io.BytesIO(f"姓名 {CANARY.name}".encode()))
    return user


def name_in_forms(world, cast):
    """A form that was returned, a form that was approved, a draft elsewhere."""
    round = launch(world, cast)
    form = submitted(round, world[CLASS], by=cast["province"], **PERSONAL)
    review.return_submission(form.pk, version=form.version, by=cast["college"], remark=f"请{CANARY.name}补全")
    collection.save_draft(
        round, world["qh-hs-jl"], [row(world["qh-hs-jl"], **PERSONAL)], version=0, by=cast["villager"]
    )


def erased(by, who=CANARY.mobile) -> Erasure:
    erasure = erasing.ask(who, reason="本人申请", by=by)
    with TestCase.captureOnCommitCallbacks(execute=True):
        return erasing.carry_out(erasure.pk)


def faulty() -> set[str]:
    return {each.check.name for each in run(CHECKS) if each.n_found}


def test_a_dump_finds_nothing_and_no_figure_has_changed(canary, world, cast):
    before = stored()
    assert {"orgs.User", "orgs.AuditBody", "orgs.Notification", "accounts.SubmissionRow"} <= set(before)
    digests = {week.pk: content_hash(week) for week in ClosedWeek.objects.all()}
    faults = faulty()
    result = erased(cast["province"])
    assert stored() == {"accounts.Administratorship": {CANARY.name}}, "the namesake's own name"
    assert Administratorship.objects.get(unit=world[OTHER]).name == CANARY.name
    assert {week.pk: content_hash(week) for week in ClosedWeek.objects.all()} == digests
    assert list(audit_chain.verify()) == []
    assert faulty() == faults
    assert (result.who, result.done_at is not None, result.result["kept"]) == ("", True, {})
    assert result.result["files"] == 1


def test_what_is_final_stays_and_the_result_says_where_and_how_often(canary, world, cast):
    draft = bulletins.draft(world["hi"], ClosedWeek.objects.get(), by=cast["province"])
    Bulletin.objects.filter(pk=draft.pk).update(title=f"周通报（联系人 {CANARY.mobile}）")
    bulletins.publish(draft.pk, version=draft.version, by=cast["province"])
    paper = EVIDENCE.keep(f"%PDF-1.4\n% {CANARY.name} {CANARY.mobile}\n%%EOF\n".encode())
    EVIDENCE.keep(f"%PDF-1.4\n% {CANARY.name}\n%%EOF\n".encode())  # somebody's name, perhaps another's
    result = erased(cast["province"]).result
    assert (result["kept"], result["files"]) == ({"周通报": 1, "附件": 1}, 1)
    assert Bulletin.objects.get(pk=draft.pk).title == f"周通报（联系人 {CANARY.mobile}）"
    assert stored()[f"sheet_evidence/{paper}"] == {CANARY.name, CANARY.mobile}


def test_what_others_wrote_around_the_name_stays(canary, world, cast):
    erased(cast["sysadmin"])
    assert RegistryEvent.objects.filter(reason="**毕业").exists()
    assert AuditBody.objects.get(reason="**来电**要求").salt == ""
    form = Submission.objects.get(unit=world[CLASS])
    assert (form.remark, form.rows.get().values["contacts"] > 0) == ("请**补全", True)
    assert set(SubmissionRow.objects.get(submission=form).personal.values()) == {""}


def test_the_account_is_closed_and_the_ledger_says_who_did_it_never_to_whom(canary, cast, client):
    client.force_login(canary)
    result = erased(cast["province"])
    canary.refresh_from_db()
    assert (canary.is_active, canary.has_usable_password(), canary.username) == (
        False,
        False,
        f"erased-{canary.pk}",
    )
    assert client.get(reverse("home")).status_code == 302
    line = AuditEntry.objects.get(verb=audit_chain.ERASED)
    assert (line.by, line.object_id, line.reason) == (cast["province"], str(result.pk), "本人申请")
    assert not [word for word in WORDS if word in str(line.detail)]


def test_repeated_it_changes_nothing(canary, cast):
    result = erased(cast["province"])
    assert erasing.carry_out(result.pk).result == result.result
    with pytest.raises(InvalidUnit, match="没有找到"):
        erasing.ask(CANARY.mobile, reason="本人申请", by=cast["province"])


def test_asked_for_twice_nothing_waits_with_the_number(canary, cast):
    erasing.ask(CANARY.mobile, reason="本人申请", by=cast["province"])
    erased(cast["province"])
    assert {(each.who, each.done_at is None) for each in Erasure.objects.all()} == {("", False)}


def test_who_is_still_in_office_has_to_leave_first(world, cast):
    with pytest.raises(InvalidUnit, match="还在任职"):
        erasing.ask("secretary", reason="本人申请", by=cast["province"])
    registry.appoint_administrator(world[CLASS], account=None, person=CANARY, by=None)
    with pytest.raises(InvalidUnit, match="还是账号或群的管理员"):
        erasing.ask(CANARY.mobile, reason="本人申请", by=cast["province"])


def test_only_a_province_and_the_system_administrator_may_and_only_at_home(canary, cast):
    with pytest.raises(NotAllowed):
        erasing.ask(CANARY.mobile, reason="本人申请", by=cast["university"])
    with pytest.raises(InvalidUnit, match="请填写原因"):
        erasing.ask(CANARY.mobile, reason=" ", by=cast["province"])
    with pytest.raises(InvalidUnit, match="没有找到"):
        erasing.ask("13900001111", reason="本人申请", by=cast["province"])


def test_the_command_reads_the_number_and_a_copy_is_for_the_person(canary, cast, tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: CANARY.mobile)
    asked = {"by": "province", "reason": "本人申请", "stdout": io.StringIO()}
    call_command("erase_person", **asked, copy=tmp_path / "copy.json")
    told = json.loads((tmp_path / "copy.json").read_text(encoding="utf-8"))
    assert (told["登录"][0]["邮箱"], told["管理员"][0]["QQ号"]) == (EMAIL, CANARY.qq)
    assert AuditEntry.objects.get(verb="person.copied").reason == "本人申请"
    call_command("erase_person", **asked)
    assert "管理员任职 2" in asked["stdout"].getvalue()
    with pytest.raises(CommandError, match="没有找到"):
        call_command("erase_person", **asked)


def test_the_page_takes_the_number_by_post_and_shows_what_was_done(canary, cast, sign_in):
    client, url = sign_in("province"), reverse("erase-person")
    asked = {"who": CANARY.mobile, "reason": "本人申请", "is_certain": "on"}
    assert client.post(url, asked | {"is_certain": ""}).status_code == 422
    assert client.post(url, asked | {"who": "13900001111"}).status_code == 422
    assert "正在办理" in client.post(url, asked, follow=True).content.decode()
    erasing.run_erase(Job.objects.get(task=erasing.TASK).pk)
    page = client.get(url).content.decode()
    assert "管理员任职" in page
    assert not [word for word in WORDS if word in page]


def test_words_are_taken_out_whole_and_only_theirs():
    words = Words.of(["王小二", "wang_er_01", "12345", "13800001234", ""])
    assert words.certain == {"wang_er_01", "13800001234"}
    text = "王小二 13800001234、213800001234、wang_er_011、QQ12345、112345"
    assert forget(text, words.everywhere) == "王小二 **、213800001234、wang_er_011、QQ12345、112345"
    assert forget(["王小二", {"a": "王小二来过"}, 3], words.nearby) == ["", {"a": "**来过"}, 3]
    assert words.names_another("王小二 13900005678")
    assert not words.names_another("王小二 13800001234")
