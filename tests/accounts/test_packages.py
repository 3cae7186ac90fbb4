"""上报: a direct unit reports, complete or not; the province accepts or returns."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.choices import PackageStatus
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import Package
from accounts.operations import packages, review
from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry, Notification
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


def test_the_university_cannot_accept_its_own_package(package, cast):
    with pytest.raises(NotAllowed):
        packages.accept_package(package.pk, by=cast["university"])


def test_pages_lead_from_reporting_to_acceptance(one_approved, round, world, sign_in):
    university, province = sign_in("university"), sign_in("province")
    assert "待上报" in university.get(reverse("accounts:list-packages")).content.decode()
    answer = university.post(
        reverse("accounts:report-package", args=[round.pk, world["hnu"].pk]), follow=True
    )
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
