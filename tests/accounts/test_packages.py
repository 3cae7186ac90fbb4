"""上报: a direct unit reports, complete or not; the province accepts or returns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import PackageStatus
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import Package, RoundPhase
from accounts.operations import packages, review
from orgs.choices import Role
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Notification
from tests.accounts.forms import fresh, launch, submitted


@pytest.fixture
def round(world, cast):
    return launch(world, cast, kinds=["class_branch"])


@pytest.fixture
def one_approved(round, world, cast):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    review.approve(form.pk, version=form.version, by=cast["college"])
    review.approve(form.pk, version=fresh(form).version, by=cast["university"])


@pytest.fixture
def package(one_approved, round, world, cast):
    return packages.report_upward(round, world["hnu"], by=cast["university"])


def approve_another(round, world, cast) -> None:
    with clock.frozen(clock.now() + timedelta(hours=1)):
        form = submitted(round, world["hnu-law-1202"], by=cast["college"])
        review.approve(form.pk, version=form.version, by=cast["university"])


def test_an_incomplete_package_goes_up_with_its_rest_list(package, world):
    assert (package.status, package.n_expected, package.n_approved) == (PackageStatus.REPORTED, 4, 1)
    assert set(package.missing_unit_ids) == {
        world[code].pk for code in ("hnu-law-1202", "hnu-law-1301", "hnu-tour-1201")
    }
    assert "未报 3 个" in Notification.objects.get(unit=world["hi"], kind=packages.REPORTED).text


def test_a_package_is_reported_once(package, round, world, cast):
    with pytest.raises(IllegalMove):
        packages.report_upward(round, world["hnu"], by=cast["university"])
    assert Package.objects.count() == 1


def test_only_direct_units_report_and_only_their_committee(one_approved, round, world, cast):
    with pytest.raises(AccountsError, match="直属"):
        packages.report_upward(round, world["hnu-law"], by=cast["university"])
    for key in ("college", "outsider", "secretary"):
        with pytest.raises(NotAllowed):
            packages.report_upward(round, world["hnu"], by=cast[key])


def test_the_province_accepts(package, cast, world):
    package = packages.accept_package(package.pk, by=cast["schools"])
    assert (package.status, package.decided_by) == (PackageStatus.ACCEPTED, cast["schools"])
    assert Notification.objects.filter(unit=world["hnu"], kind=packages.ACCEPTED).exists()
    assert AuditEntry.objects.for_object("accounts.package", package.pk).count() == 2
    with pytest.raises(IllegalMove):
        packages.return_package(package.pk, remark="迟了", by=cast["province"])


def test_the_province_returns_with_a_reason_and_gets_it_again(package, round, world, cast):
    with pytest.raises(AccountsError, match="理由"):
        packages.return_package(package.pk, remark=" ", by=cast["province"])
    packages.return_package(package.pk, remark="请补齐旅游学院", by=cast["province"])
    again = packages.report_upward(round, world["hnu"], by=cast["university"])
    assert (again.status, again.remark, again.decided_at) == (PackageStatus.REPORTED, "", None)


def test_an_accepted_package_is_reported_again_once_more_is_approved(package, round, world, cast, sign_in):
    """UNI-3.3: reported by the first date, completed and reported again by the second."""
    packages.accept_package(package.pk, by=cast["province"])
    with pytest.raises(IllegalMove, match="没有新通过"):
        packages.report_upward(round, world["hnu"], by=cast["university"])
    assert packages.to_report(cast["university"].units_in_charge()) == []
    approve_another(round, world, cast)
    assert [due.round for due in packages.to_report(cast["university"].units_in_charge())] == [round]
    page = sign_in("university").get(reverse("accounts:show-package", args=[package.pk]))
    assert "重新上报" in page.content.decode()
    again = packages.report_upward(round, world["hnu"], by=cast["university"])
    assert (again.status, again.n_approved) == (PackageStatus.REPORTED, package.n_approved + 1)


def test_the_university_cannot_accept_its_own_package(package, cast):
    with pytest.raises(NotAllowed):
        packages.accept_package(package.pk, by=cast["university"])


def test_with_a_second_office_nobody_decides_on_the_own_package(package, world, cast, sign_in):
    Appointment.objects.create(
        user=cast["university"], unit=world["hi"], role=Role.PROVINCE, starts_on=date(2026, 10, 5)
    )
    with pytest.raises(NotAllowed, match="其他人员"):
        packages.accept_package(package.pk, by=cast["university"])
    # Not even when the office in the unit has ended since: whoever reported it does not take it.
    Appointment.objects.filter(user=cast["university"], unit=world["hnu"]).update(ends_on=date(2026, 11, 17))
    with pytest.raises(NotAllowed, match="其他人员"):
        packages.return_package(package.pk, remark="请补报", by=cast["university"])
    accept = reverse("accounts:accept-package", args=[package.pk])
    client = sign_in("university")
    assert accept not in client.get(packages.link_to(package)).content.decode()
    assert client.post(accept).status_code == 403
    assert packages.accept_package(package.pk, by=cast["province"]).status == PackageStatus.ACCEPTED


def test_pages_lead_from_reporting_to_acceptance(one_approved, round, world, sign_in):
    university, province = sign_in("university"), sign_in("province")
    assert "待上报" in university.get(reverse("accounts:list-packages")).content.decode()
    sign = reverse("accounts:report-package", args=[round.pk, world["hnu"].pk])
    answer = university.post(sign, {"confirm": "on"}, follow=True)
    assert "旅游2012级1班团支部" in answer.content.decode()
    pk = Package.objects.get().pk
    refused = province.post(reverse("accounts:return-package", args=[pk]), {"remark": ""})
    assert refused.status_code == 422
    assert "请填写退回理由" in refused.content.decode()
    accepted = province.post(reverse("accounts:accept-package", args=[pk]), follow=True)
    assert "省级已接收" in accepted.content.decode()
    assert province.post(reverse("accounts:accept-package", args=[pk])).status_code == 409


def test_a_foreign_package_does_not_exist(package, sign_in):
    outsider = sign_in("outsider")
    assert outsider.get(reverse("accounts:show-package", args=[package.pk])).status_code == 404
    assert outsider.post(reverse("accounts:accept-package", args=[package.pk])).status_code == 404
    assert "海南大学" not in outsider.get(reverse("accounts:list-packages")).content.decode()


def test_the_university_is_refused_the_decision(package, sign_in):
    assert (
        sign_in("university").post(reverse("accounts:accept-package", args=[package.pk])).status_code == 403
    )


def test_home_says_what_is_to_report_and_what_has_arrived(one_approved, round, world, cast, sign_in):
    home = reverse("home")
    assert f"上报：{round.title}" in sign_in("university").get(home).content.decode()
    assert "上报待接收" not in sign_in("province").get(home).content.decode()
    assert "上报：" not in sign_in("outsider").get(home).content.decode()
    package = packages.report_upward(round, world["hnu"], by=cast["university"])
    assert f"上报：{round.title}" not in sign_in("university").get(home).content.decode()
    assert "上报待接收" in sign_in("province").get(home).content.decode()
    packages.return_package(package.pk, remark="请补齐旅游学院", by=cast["province"])
    assert f"上报：{round.title}" in sign_in("university").get(home).content.decode()
    assert "上报待接收" not in sign_in("province").get(home).content.decode()


def test_what_was_approved_in_another_round_is_missing_in_this_one(one_approved, world, cast):
    other = launch(world, cast, kinds=["class_branch"], title="第二轮")
    package = packages.report_upward(other, world["hnu"], by=cast["university"])
    assert (package.n_expected, package.n_approved) == (4, 0)
    assert world["hnu-law-1201"].pk in package.missing_unit_ids


def test_an_incomplete_return_is_signed_with_the_rest_list_in_view(one_approved, round, world, cast, sign_in):
    submitted(round, world["hnu-law-1202"], by=cast["university"])
    university = sign_in("university")
    sign = reverse("accounts:report-package", args=[round.pk, world["hnu"].pk])
    page = university.get(sign).content.decode()
    assert "还有 3 个团组织未报" in page
    assert "法学院团委　院团委陈" in page  # on whose desk the handed-in one lies
    assert page.count("未开始") == 2
    refused = university.post(sign, {"note": "实习未归"})
    assert refused.status_code == 422
    assert "请核对后勾选确认，再上报" in refused.content.decode()
    assert "实习未归" in refused.content.decode()
    assert not Package.objects.exists()
    done = university.post(
        sign, {"note": "实习未归，月底补齐", "confirm": "on"}, follow=True
    ).content.decode()
    package = Package.objects.get()
    assert (package.n_expected, package.n_approved, package.reported_by) == (4, 1, cast["university"])
    assert "实习未归，月底补齐" in done
    assert "校团委何" in done


def test_what_happened_to_a_package_stays_readable(package, round, world, cast, sign_in):
    packages.return_package(package.pk, remark="请补齐旅游学院", by=cast["province"])
    packages.report_upward(round, world["hnu"], by=cast["university"], note="旅游学院在外实习")
    packages.accept_package(package.pk, by=cast["province"], remark="请在月底前补报")
    page = sign_in("university").get(reverse("accounts:show-package", args=[package.pk])).content.decode()
    history = page[page.index("办理经过") :]
    for words in ("请补齐旅游学院", "旅游学院在外实习", "请在月底前补报", "应填 4，未报 3"):
        assert words in history


def test_the_rest_list_says_what_has_become_of_each_since(package, round, world, cast, sign_in):
    for code, by in (("hnu-law-1202", "university"), ("hnu-law-1301", "province")):
        form = submitted(round, world[code], by=cast[by])
        review.approve(form.pk, version=form.version, by=cast["college"])
    review.approve(form.pk, version=fresh(form).version, by=cast["university"])
    page = sign_in("university").get(reverse("accounts:show-package", args=[package.pk])).content.decode()
    for word in ("待审核", "上报后已通过", "未开始"):
        assert word in page


def test_a_round_of_changes_is_never_reported(round, world, cast, sign_in):
    round.is_standing = True
    round.save(update_fields=["is_standing"])
    with pytest.raises(AccountsError, match="不需要上报"):
        packages.report_upward(round, world["hnu"], by=cast["university"])
    assert packages.to_report(cast["university"].units_in_charge()) == []


def test_every_phase_has_its_own_figures_on_both_pages(one_approved, round, world, cast, sign_in):
    early = RoundPhase.objects.create(
        round=round,
        position=1,
        title="第一阶段（不含2013级）",
        opens_at=round.opens_at,
        deadline_at=round.deadline_at - timedelta(days=3),
    )
    round.expected.exclude(unit__intake_year=2013).update(phase=early)
    university = sign_in("university")
    sign = reverse("accounts:report-package", args=[round.pk, world["hnu"].pk])
    assert "第一阶段（不含2013级）" in university.get(sign).content.decode()
    package = packages.report_upward(round, world["hnu"], by=cast["university"])
    page = university.get(reverse("accounts:show-package", args=[package.pk])).content.decode()
    assert "第一阶段（不含2013级）" in page
    assert "1 / 3" in page


@pytest.fixture
def second_ahead(one_approved, round):
    """A second phase for intake 2013, which has not opened yet."""
    late = RoundPhase.objects.create(
        round=round,
        position=2,
        title="第二阶段",
        opens_at=round.opens_at + timedelta(days=3),
        deadline_at=round.deadline_at + timedelta(days=9),
    )
    return round.expected.filter(unit__intake_year=2013).update(phase=late)


def test_a_package_records_what_was_signed_while_a_later_phase_is_ahead(
    second_ahead, round, world, cast, sign_in
):
    """UNI-3.3: page, record, message and history say the same; after the opening the rest is missing."""
    university, hnu = sign_in("university"), world["hnu"]
    sign = reverse("accounts:report-package", args=[round.pk, hnu.pk])
    assert "还有 2 个团组织未报" in university.get(sign).content.decode()
    (due,) = packages.to_report(cast["university"].units_in_charge())
    assert (due.n_expected, due.n_approved) == (3, 1)
    page = university.post(sign, {"confirm": "on"}, follow=True).content.decode()
    package = Package.objects.get()
    assert (package.n_expected, package.n_approved) == (3, 1)
    assert set(package.missing_unit_ids) == {world["hnu-law-1202"].pk, world["hnu-tour-1201"].pk}
    assert "未报 2 个" in Notification.objects.get(unit=world["hi"], kind=packages.REPORTED).text
    assert "应填 3，未报 2" in page[page.index("办理经过") :]
    packages.return_package(package.pk, remark="请补齐", by=cast["province"])
    with clock.frozen(clock.now() + timedelta(days=4)):
        again = packages.report_upward(round, hnu, by=cast["university"])
    assert (again.n_expected, len(again.missing_unit_ids)) == (4, 3)


def test_before_any_phase_has_begun_there_is_nothing_to_report(second_ahead, round, world, cast):
    round.expected.update(phase=round.phases.get())
    with pytest.raises(AccountsError, match="还没有开始"):
        packages.report_upward(round, world["hnu"], by=cast["university"])


def test_what_is_to_be_reported_takes_as_many_statements_for_one_round_as_for_five(round, world, cast):
    in_charge = cast["university"].units_in_charge()
    one = statements(in_charge)
    for n in range(4):
        launch(world, cast, kinds=["class_branch"], title=f"第{n}轮")
    assert statements(in_charge) == one <= 4


def statements(in_charge) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert packages.to_report(in_charge)
    return len(captured)
