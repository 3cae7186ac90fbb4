"""Publishing a bulletin: number, frozen figures, recipients who sign, notice beforehand, corrections, the archive."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Account
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Notification, OrgUnit
from reporting.bulletin_figures import Figures
from reporting.models import Bulletin, BulletinNotice, BulletinRecipient, WeekUnit
from tests.reporting.bulletin_steps import act, draft, edited, published, two_weeks
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def weeks(world):
    return two_weeks(world)


@pytest.fixture
def province(sign_in):
    return sign_in("province")


def url(name, bulletin):
    return reverse(f"reporting:{name}", args=[bulletin.pk])


def test_it_bears_number_date_and_edition(province, world, weeks):
    bulletin = published(province, world)
    assert (bulletin.year, bulletin.number, bulletin.correction) == (2026, 1, 0)
    page = province.get(url("show-bulletin", bulletin)).text
    assert "周通报〔2026〕1号" in page
    assert "2026年11月18日" in page
    assert "2026年第46周 11月9日—11月15日周报第1版" in page
    assert AuditEntry.objects.filter(verb="bulletin.published", object_id=str(bulletin.pk)).exists()


def test_numbers_run_per_unit_and_year(province, sign_in, world, weeks):
    assert published(province, world).number == 1
    assert published(sign_in("university"), world, "hnu").number == 1
    assert published(province, world, scope="university").number == 2
    with clock.frozen(clock.day_start(clock.today().replace(year=2027, month=1, day=4))):
        later = published(province, world, scope="territory")
    assert (later.year, later.number) == (2027, 1)


def test_pressed_twice_it_is_published_once(province, world, weeks):
    bulletin = published(province, world)
    answer = province.post(url("publish-bulletin", bulletin), {"version": 1})
    assert answer.status_code == 302
    assert Bulletin.objects.published().count() == 1


def test_figures_equal_the_snapshot_whatever_happens_afterwards(province, world, weeks):
    bulletin = published(province, world)
    before = province.get(url("show-bulletin", bulletin)).text.split("<article", 1)[1].split("</article>")[0]
    Account.objects.update(contacts=1)
    OrgUnit.objects.filter(pk__in=[world["hi"].pk, world["hnu"].pk]).update(name="改名后的团委")
    with clock.frozen(LAST.next().ends_at):
        close(LAST.next())
    after = province.get(url("show-bulletin", bulletin)).text.split("<article", 1)[1].split("</article>")[0]
    assert after == before
    figures = Figures.of(bulletin.figures)
    rows = {row.unit_id: row for row in WeekUnit.objects.for_week(weeks.pk).with_coverage()}
    for each in figures.units:
        row = rows[each.unit_id]
        assert (each.coverage.part, each.coverage.base) == (row.coverage_part, row.coverage_base)
        assert each.flows["opened"] == row.sub_opened
    assert figures.coverage.part == rows[world["hi"].pk].sub_covered_capped


def test_recipients_get_a_message_and_sign_with_one_tap(province, sign_in, world, weeks):
    bulletin = published(province, world)
    units = set(BulletinRecipient.objects.filter(bulletin=bulletin).values_list("unit__code", flat=True))
    assert units == {"qh", "wn", "hnu", "qzu", "vol"}
    assert Notification.objects.filter(kind="bulletin_published", unit=world["hnu"]).count() == 1
    client = sign_in("university")
    assert "有通报待签收" in client.get("/").text
    assert "待签收" in client.get(url("show-bulletin", bulletin)).text
    assert "已签收。" in act(client, "sign-bulletin", bulletin).text
    row = BulletinRecipient.objects.get(bulletin=bulletin, unit=world["hnu"])
    signed_at = row.received_at
    assert row.received_by.username == "university"
    act(client, "sign-bulletin", bulletin)
    row.refresh_from_db()
    assert row.received_at == signed_at
    assert "有通报待签收" not in client.get("/").text


def test_who_has_not_signed_stands_first(province, sign_in, world, weeks):
    bulletin = published(province, world)
    act(sign_in("university"), "sign-bulletin", bulletin)
    page = province.get(url("list-bulletin-recipients", bulletin)).text
    assert page.index(world["qh"].name) < page.index(world["hnu"].name, page.index("<tbody"))
    waiting = province.get(url("list-bulletin-recipients", bulletin), {"state": "waiting"}).text
    assert "未签收 4" in waiting
    assert world["hnu"].name not in waiting.split("<tbody", 1)[1]
    assert sign_in("university").get(url("list-bulletin-recipients", bulletin)).status_code == 404


def test_only_those_it_went_to_and_those_above_the_issuer_read_it(province, sign_in, world, weeks):
    bulletin = draft(province, world)
    assert sign_in("university").get(url("show-bulletin", bulletin)).status_code == 404
    act(province, "publish-bulletin", bulletin)
    for key, status in (
        ("university", 200),
        ("city", 200),
        ("national", 200),
        ("college", 404),
        ("secretary", 404),
    ):
        client = sign_in(key)
        for page in ("show-bulletin", "download-bulletin", "download-bulletin-annex"):
            assert client.get(url(page, bulletin)).status_code == status, (key, page)
        assert (bulletin.title in client.get(reverse("reporting:list-bulletins")).text) is (status == 200)
    assert sign_in("college").post(url("sign-bulletin", bulletin)).status_code == 404
    assert sign_in("auditor").post(url("sign-bulletin", bulletin)).status_code == 403


def test_recipients_are_chosen_by_subtree_kind_and_line(province, sign_in, world, weeks):
    bulletin = draft(province, world)
    changes = {"depth": "subtree", "kinds": ["township", "college"], "lines": ["rural"]}
    province.post(url("edit-bulletin", bulletin), edited(bulletin, **changes))
    act(province, "publish-bulletin", bulletin)
    units = set(BulletinRecipient.objects.values_list("unit__code", flat=True))
    assert units == {"qh-hs", "qh-yj", "wn-xl"}
    assert sign_in("township").get(url("show-bulletin", bulletin)).status_code == 200


def test_the_university_between_reads_what_went_past_it_to_its_colleges(province, sign_in, world, weeks):
    bulletin = draft(province, world)
    province.post(url("edit-bulletin", bulletin), edited(bulletin, depth="subtree", kinds=["college"]))
    client = sign_in("university")
    assert client.get(url("show-bulletin", bulletin)).status_code == 404
    act(province, "publish-bulletin", bulletin)
    assert client.get(url("show-bulletin", bulletin)).status_code == 200
    lists = reverse("reporting:list-bulletins")
    assert url("show-bulletin", bulletin) in client.get(lists).text
    assert url("show-bulletin", bulletin) not in client.get(lists, {"box": "received"}).text
    assert act(client, "sign-bulletin", bulletin).status_code == 403
    assert sign_in("city").get(url("show-bulletin", bulletin)).status_code == 404


def test_without_a_recipient_it_is_not_published(province, world, weeks):
    bulletin = draft(province, world)
    province.post(url("edit-bulletin", bulletin), edited(bulletin, kinds=["enterprise"]))
    assert "没有收件单位" in act(province, "publish-bulletin", bulletin).text
    assert not Bulletin.objects.published().exists()


@pytest.fixture
def with_notice(settings):
    settings.BULLETIN_NOTICE = True


def test_nobody_is_named_before_being_told(with_notice, province, sign_in, world, weeks):
    bulletin = draft(province, world)
    assert "告知后才能发布" in province.get(url("show-bulletin", bulletin)).text
    refused = act(province, "publish-bulletin", bulletin)
    assert "还有4个被点名的单位没有告知" in refused.text
    act(province, "tell-named", bulletin)
    told = set(BulletinNotice.objects.values_list("unit__code", flat=True))
    assert told == {"qh", "wn", "hnu", "qzu"}
    client, notice = sign_in("university"), BulletinNotice.objects.get(unit=world["hnu"])
    assert "通报发布前告知" in client.get("/").text
    page = client.get(url("show-bulletin-notice", notice)).text
    assert "覆盖率76.4%，还差7人" in page
    assert world["qh"].name not in page.split('id="said-title"', 1)[1]
    assert sign_in("city").get(url("show-bulletin-notice", notice)).status_code == 404
    client.post(url("show-bulletin-notice", notice), {"answer": "旅游学院新生尚未转入"})
    assert "旅游学院新生尚未转入" in province.get(url("show-bulletin", bulletin)).text
    assert "已发布" in act(province, "publish-bulletin", bulletin).text
    late = client.post(url("show-bulletin-notice", notice), {"answer": "又改"})
    assert "通报已经发布，不能再说明" in late.text
    assert "旅游学院新生尚未转入" in client.get(url("show-bulletin-notice", notice)).text


def test_a_table_left_out_names_nobody_unless_title_or_text_does(
    with_notice, province, sign_in, world, weeks
):
    bulletin = draft(province, world)

    def publish(**changes) -> str:
        bulletin.refresh_from_db()
        given = edited(bulletin, tables=["coverage", "changes"], **changes)
        assert province.post(url("edit-bulletin", bulletin), given).status_code == 302
        return act(province, "publish-bulletin", bulletin).text

    assert "还有4个被点名的单位没有告知" in publish()
    assert f"没有告知（{world['qzu'].name}）" in publish(text=f"请{world['qzu'].name}抓紧补报。")
    assert f"没有告知（{world['hnu'].name}）" in publish(
        text="请抓紧。", title=f"{world['hnu'].name}进度落后"
    )
    act(province, "tell-named", bulletin)
    client, notice = sign_in("university"), BulletinNotice.objects.get(bulletin=bulletin)
    assert f"{world['hnu'].name}进度落后" in client.get(url("show-bulletin-notice", notice)).text
    assert "已发布" in publish(text="请各单位抓紧。", title="关于第46周的通报")


def test_who_is_only_praised_by_the_generated_text_need_not_be_told(with_notice, province, world):
    report(world, "qzu-sci-1201", 41)
    close()
    bulletin = draft(province, world)
    assert f"覆盖率居前的单位：高校团委：{world['qzu'].name}" in bulletin.body["text"]
    act(province, "tell-named", bulletin)
    assert world["qzu"] not in {each.unit for each in bulletin.notices.all()}
    text = bulletin.body["text"].replace("覆盖率居前的单位", "名不副实的单位")
    bulletin.refresh_from_db()
    province.post(url("edit-bulletin", bulletin), edited(bulletin, text=text))
    act(province, "tell-named", bulletin)
    assert world["qzu"] in {each.unit for each in bulletin.notices.all()}


def test_a_correction_is_numbered_names_the_old_one_and_leaves_it(province, sign_in, world, weeks):
    old = published(province, world)
    before = Bulletin.objects.filter(pk=old.pk).values().get()
    answer = province.post(url("correct-bulletin", old), {"reason": "万宁市底数有误"}, follow=True)
    assert "周通报〔2026〕1号（更正1）" in answer.text
    new = Bulletin.objects.drafts().get()
    act(province, "publish-bulletin", new)
    new.refresh_from_db()
    assert (new.number, new.correction, new.corrects) == (1, 1, old)
    page = sign_in("university").get(url("show-bulletin", new)).text
    assert "本通报更正周通报〔2026〕1号。更正原因：万宁市底数有误" in page
    assert Bulletin.objects.filter(pk=old.pk).values().get() == before
    assert "已有更正" in sign_in("university").get(url("show-bulletin", old)).text
    again = province.post(url("correct-bulletin", old), {"reason": "再改"})
    assert "请打开最新的一份再更正" in again.text
    third = province.post(url("correct-bulletin", new), {"reason": "再改"}, follow=True)
    assert "周通报〔2026〕1号（更正2）" in third.text
    act(province, "discard-bulletin", Bulletin.objects.drafts().get())
    assert published(province, world, scope="university").number == 2


def test_a_correction_needs_a_reason(province, world, weeks):
    answer = province.post(url("correct-bulletin", published(province, world)), {"reason": " "})
    assert answer.status_code == 422
    assert "请填写更正原因" in answer.text


def test_the_archive_is_searched_by_words_year_and_box(province, sign_in, world, weeks):
    mine = published(province, world)
    other = published(sign_in("university"), world, "hnu", scope="university")
    page = reverse("reporting:list-bulletins")

    def found(client, **query) -> set[int]:
        text = client.get(page, query).text
        return {each.pk for each in (mine, other) if url("show-bulletin", each) in text}

    assert found(province) == {mine.pk, other.pk}
    assert found(province, q="中酒村") == set()
    assert found(province, q=world["vol"].name) == {mine.pk}
    assert found(province, q="法学院 第46周") == {other.pk}
    assert found(province, q="〔2026〕1号", year="2026") == {mine.pk, other.pk}
    assert found(province, year="2025") == set()
    assert found(province, box="issued") == {mine.pk}
    assert found(sign_in("university"), box="received") == {mine.pk}
    assert found(sign_in("university"), box="waiting") == {mine.pk}
    assert "没有符合条件的内容" in province.get(page, {"q": "没有这样的字"}).text


def test_hostile_words_stay_words(province, world, weeks):
    bulletin = draft(province, world)
    text = "<script>alert(1)</script> {{ title }} {% include 'x' %}"
    province.post(url("edit-bulletin", bulletin), edited(bulletin, title="<b>{{ heading }}</b>", text=text))
    page = province.get(url("show-bulletin", bulletin)).text
    assert "<script>alert" not in page
    assert "&lt;b&gt;{{ heading }}&lt;/b&gt;" in page


def test_somebody_who_left_no_longer_signs(province, sign_in, cast, world, weeks):
    bulletin = published(province, world)
    Appointment.objects.filter(user=cast["university"]).update(ends_on="2026-11-01")
    assert sign_in("university").post(url("sign-bulletin", bulletin)).status_code == 404


def test_the_page_asks_no_more_with_many_recipients(province, world, weeks, django_assert_max_num_queries):
    bulletin = published(province, world)
    with django_assert_max_num_queries(15) as few:
        province.get(url("list-bulletin-recipients", bulletin))
    rows = OrgUnit.objects.exclude(bulletins_received__bulletin=bulletin)
    now = clock.now()
    BulletinRecipient.objects.bulk_create(
        BulletinRecipient(bulletin=bulletin, unit=unit, sent_at=now) for unit in rows
    )
    with django_assert_max_num_queries(len(few)):
        province.get(url("list-bulletin-recipients", bulletin))


def test_a_bulletin_of_one_unit_below_is_read_by_its_superior(province, sign_in, world):
    report(world, "hnu-law-1201", 20)
    close()
    bulletin = published(sign_in("university"), world, "hnu")
    assert province.get(url("show-bulletin", bulletin)).status_code == 200
    assert province.get(url("edit-bulletin", bulletin)).status_code == 404
    assert province.post(url("correct-bulletin", bulletin), {"reason": "x"}).status_code == 404
