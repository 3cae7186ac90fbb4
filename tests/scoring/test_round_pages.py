"""The pages of a year's round, its groups and the members' own sheets, through HTTP."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from scoring.models import AssessmentGroup, AssessmentRound, BlindSheet, Score, Sheet
from tests.scoring import round_steps as steps

pytestmark = pytest.mark.django_db
SECRET = "只有本人能看的说明"


@pytest.fixture
def round(world, cast, scheme_files):
    return steps.opened(world, cast)


@pytest.fixture
def sheet(round, world, cast):
    """Qionghai's, with a group of the auditor (leads) and the province."""
    found = round.sheets.get(unit=world["qh"])
    steps.grouped(round, cast, found)
    return steps.ready(found, cast)


def at(name, *args):
    return reverse(f"scoring:{name}", args=args)


def blind_data(sheet, points, version=0, **changes):
    """What the page of the own sheet sends: every criterion, the action."""
    fields = {f"points_{score.pk}": points for score in sheet.scores.all()}
    return fields | {"version": version} | changes


def test_a_round_is_opened_on_the_page_with_the_proposed_calendar(world, scheme_files, sign_in):
    client = sign_in("province")
    form = client.get(at("new-round")).context["form"]
    assert [str(form[name].value()) for name in ("self_until", "scoring_until")] == [
        "2026-12-31",
        "2027-01-31",
    ]
    data = {"scheme": steps.scheme_of().pk, "year": 2026, "title": "2026年度考评", "objection_days": 7}
    page = client.post(at("new-round"), data, follow=True).content.decode()
    assert "2 个单位的考评表已经打开自评" in page
    assert "2026年12月31日 24:00 截止，还有 43 天" in page


def test_what_was_typed_stays_with_the_error_beside_it(world, scheme_files, sign_in):
    data = {"scheme": steps.scheme_of().pk, "year": "今年", "title": "长名称", "objection_days": 99}
    answer = sign_in("province").post(at("new-round"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert 'value="长名称"' in page
    assert 'value="今年"' in page
    assert not AssessmentRound.objects.exists()


def test_a_committee_without_a_scheme_is_told_to_write_one(world, scheme_files, sign_in):
    page = sign_in("city").get(at("new-round")).content.decode()
    assert "请先制定本单位的考评方案" in page
    assert f'href="{at("new-scheme")}"' in page


def test_a_committee_opens_a_round_for_the_level_below(world, sign_in):
    scheme = steps.own_scheme(world["qh"])
    data = {"scheme": scheme.pk, "year": 2026, "title": "乡镇考评", "objection_days": 7}
    page = sign_in("city").post(at("new-round"), data, follow=True).content.decode()
    assert "会山镇团委" in page
    # The assessed one sees its sheet and assesses itself.
    sheet = AssessmentRound.objects.get().sheets.get(unit=world["qh-hs"])
    assert sign_in("township").get(at("show-sheet", sheet.pk)).context["mode"] == "self"


def test_groups_are_made_and_units_assigned_on_the_pages(round, sign_in, cast, world):
    client = sign_in("province")
    people = [cast["auditor"].pk, cast["province"].pk]
    refused = client.post(at("new-group", round.pk), {"action": "name", "people": people})
    assert refused.status_code == 422
    assert "请选择组长" in refused.content.decode()
    data = {"action": "name", "people": people, "leader": people[0]}
    assert "第1考核小组" in client.post(at("new-group", round.pk), data, follow=True).content.decode()
    group, sheet = AssessmentGroup.objects.get(), round.sheets.get(unit=world["qh"])
    chosen = {"sheets": [sheet.pk], "group": group.pk}
    assert (
        "已分派 1 个单位" in client.post(at("assign-sheets", round.pk), chosen, follow=True).content.decode()
    )
    refused = client.post(
        at("assign-sheets", round.pk),
        {"sheets": [round.sheets.exclude(pk=sheet.pk).get().pk], "group": group.pk},
    )
    assert refused.status_code == 422
    assert "须回避，或不能考评：共青团万宁市委" in refused.content.decode()


def test_a_drawn_group_shows_what_it_is_drawn_again_with(round, sign_in):
    client = sign_in("province")
    client.post(at("new-group", round.pk), {"action": "draw", "size": 2})
    group = AssessmentGroup.objects.get()
    page = client.get(at("show-group", group.pk)).content.decode()
    assert group.seed in page
    assert "团省委李、考核小组赵" in page


def test_the_office_goes_on_without_the_late_and_the_unit_reads_why(round, sign_in, world):
    client = sign_in("province")
    data = {"version": round.version, "reason": "催交两次未交"}
    early = client.post(at("start-scoring", round.pk), data)
    assert early.status_code == 422
    assert "催交两次未交" in early.content.decode()
    with steps.after(round.self_until):
        page = client.post(at("start-scoring", round.pk), data, follow=True).content.decode()
        assert "2 个单位登记为未交自评" in page
        sheet = round.sheets.get(unit=world["qh"])
        assert "催交两次未交" in sign_in("city").get(at("show-sheet", sheet.pk)).content.decode()


def test_a_member_scores_alone_and_hands_in(sheet, sign_in, cast):
    client = sign_in("auditor")
    assert "去评分" in client.get(at("list-tasks")).content.decode()
    wrong = client.post(at("score-blind", sheet.pk), blind_data(sheet, "9.9", action="save"))
    assert wrong.status_code == 422
    assert 'value="9.9"' in wrong.content.decode()
    assert all(f"{words} · " in wrong.content.decode() for words in ("原文", "按文意理解", "拟定"))
    client.post(at("score-blind", sheet.pk), blind_data(sheet, "0.1", action="save"))
    assert BlindSheet.objects.get().handed_in_at is None
    page = client.post(
        at("score-blind", sheet.pk), blind_data(sheet, "0.1", version=1, action="hand_in"), follow=True
    ).content.decode()
    assert "已提交，等待 1 人" in page


def read_by(sign_in, who, sheet):
    """Everything about the sheet this person can open, as text."""
    client = sign_in(who)
    pages = [
        at("list-sheets"),
        at("show-sheet", sheet.pk),
        at("agree-scores", sheet.pk),
        at("score-blind", sheet.pk),
        at("list-tasks"),
        at("show-round", sheet.round_id),
        at("show-group", sheet.group_id),
        reverse("home"),
        reverse("orgs:list-audit"),
    ]
    return "".join(client.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("who", ["province", "city", "schools", "national", "sysadmin"])
def test_before_all_have_handed_in_nobody_else_reads_what_one_found(sheet, sign_in, cast, who):
    steps.hands_in(sheet, cast["auditor"], "0", note=SECRET)
    mine = sign_in("auditor").get(at("score-blind", sheet.pk)).content.decode()
    assert SECRET in mine
    assert SECRET not in read_by(sign_in, who, sheet)


def test_the_excel_file_says_nothing_of_what_one_found(sheet, sign_in, cast):
    steps.hands_in(sheet, cast["auditor"], "0", note=SECRET, **{"1_3": "0.7"})
    book = load_workbook(BytesIO(sign_in("province").get(at("download-sheet", sheet.pk)).content))
    cells = {str(cell.value) for page in book for row in page.iter_rows() for cell in row}
    assert not {SECRET, "0.7"} & cells


def test_then_all_stand_side_by_side_and_the_leader_enters_what_was_agreed(sheet, sign_in, cast):
    steps.hands_in(sheet, cast["auditor"], "0", note=SECRET, **{"1_3": "0.7"})
    steps.hands_in(sheet, cast["province"], "0")
    client = sign_in("auditor")
    answer = client.get(at("agree-scores", sheet.pk))
    assert answer.context["n_differ"] == 1
    assert SECRET in answer.content.decode()
    assert " · 拟定" in answer.content.decode()
    form = answer.context["form"]
    data = {name: field.initial or "" for name, field in form.fields.items()}
    disputed = Score.objects.get(sheet=sheet, criterion__code="1.3")
    assert data[f"points_{disputed.pk}"] == ""
    data |= {"version": sheet.version, f"points_{disputed.pk}": "0.5", "overall": "工作扎实"}
    assert client.post(at("agree-scores", sheet.pk), data).status_code == 302
    disputed.refresh_from_db()
    assert disputed.assessed_points == steps.Decimal("0.5")
    assert "工作扎实" in sign_in("province").get(at("agree-scores", sheet.pk)).content.decode()


def test_a_correction_is_agreed_on_not_scored_alone(sheet, sign_in):
    """Its group and its scores come from the final sheet; nobody hands anything in for it."""
    facts = {"revision": 2, "state": "assessing", "grade": "good", "correction_reason": "例会记录核实后更正"}
    Sheet.objects.filter(pk=sheet.pk).update(**facts)
    leading, member = sign_in("auditor"), sign_in("province")
    task = leading.get(at("list-tasks")).context["tasks"][0]
    assert (task.word, task.verb, task.url) == ("更正中", "去商定", at("agree-scores", sheet.pk))
    assert leading.get(task.url).context["form"] is not None
    assert not member.get(at("list-tasks")).context["tasks"][0].is_open
    answer = member.get(at("score-blind", sheet.pk))
    assert not answer.context["is_open"]
    assert "由组长填写商定的得分" in answer.content.decode()


def test_only_the_group_and_the_office_compare(sheet, sign_in, cast):
    for who in ("auditor", "province"):
        steps.hands_in(sheet, cast[who])
    assert sign_in("province").get(at("agree-scores", sheet.pk)).status_code == 200
    assert sign_in("city").get(at("agree-scores", sheet.pk)).status_code == 403
    assert sign_in("outsider").get(at("agree-scores", sheet.pk)).status_code == 404


def test_the_sheet_s_own_page_is_closed_until_the_group_has_scored(sheet, sign_in, cast):
    assert sign_in("auditor").get(at("show-sheet", sheet.pk)).context["mode"] == "read"
    for who in ("auditor", "province"):
        steps.hands_in(sheet, cast[who])
    assert sign_in("auditor").get(at("show-sheet", sheet.pk)).context["mode"] == "assess"
    assert sign_in("province").get(at("show-sheet", sheet.pk)).context["mode"] == "read"


def test_the_year_list_shows_progress_and_is_narrowed(sheet, sign_in):
    client = sign_in("province")
    page = client.get(at("list-sheets"))
    (standing,) = page.context["progress"]
    assert (standing.whole.n, standing.whole.n_self, standing.groups[0].n) == (2, 1, 1)
    assert "考评还有 74 天" in page.content.decode()

    def shown(**asked):
        answer = client.get(at("list-sheets"), asked)
        return [each.line.sheet.unit.code for each in answer.context["lines"]]

    assert shown(state="self") == ["wn"]
    assert shown(group=sheet.group_id) == shown(state="assessing") == ["qh"]
    assert shown(group="none", kind="county") == ["wn"]
    assert shown(grade="excellent") == []
    assert shown(grade="none", kind="unknown", group="x") == ["qh", "wn"]


def test_a_unit_sees_its_own_line_and_no_progress_of_others(sheet, sign_in):
    page = sign_in("city").get(at("list-sheets"))
    assert [each.line.sheet.unit.code for each in page.context["lines"]] == ["qh"]
    assert page.context["progress"] == []
