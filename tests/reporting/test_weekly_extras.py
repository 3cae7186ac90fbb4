"""What the weekly page shows on demand: ranking, distribution, a second week, files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit
from reporting.operations.activity import record_days
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db
URL = "/weekly/"


def more_universities(world, n: int) -> None:
    add_universities(world, n)
    world.ids |= dict(OrgUnit.objects.values_list("code", "pk"))


@pytest.fixture
def active(world, cast):
    """active(code, posts a day, week): the unit's account published so much on two days of the week."""
    accounts = {}

    def _active(code: str, posts: int, week=LAST) -> None:
        accounts[code] = accounts.get(code) or report(world, code, 20, week=LAST.previous())
        with clock.frozen(week.starts_at + timedelta(days=3)):
            days = {clock.today() - timedelta(days=n): posts for n in (1, 2)}
            record_days(accounts[code], days, by=cast["province"])

    return _active


def test_the_ranking_is_off_until_somebody_asks_for_one_kind(sign_in, active):
    active("hnu", 7)
    close()
    client = sign_in("province")
    page = client.get(URL).text
    assert "日均＝本周发布条数" not in page
    assert "&amp;rank=university" in page
    assert "日均＝本周发布条数 ÷（有记录的账号、群数 × 7天）" in client.get(URL, {"rank": "university"}).text
    assert client.get(URL, {"rank": "nonsense"}).status_code == 200


def test_equal_scores_share_a_rank_and_a_unit_without_records_is_beside(sign_in, world, active):
    more_universities(world, 2)
    for code, posts in (("hnu", 7), ("qzu", 7), ("u000", 14)):
        active(code, posts)
    active("qh", 21)  # another kind: not in this table
    close()
    ranking = sign_in("province").get(URL, {"rank": "university"}).context["ranking"]
    assert [(place.name[:4], place.rank, place.score_text) for place in ranking.places] == [
        ("第000", 1, "4.0"),
        ("海南大学", 2, "2.0"),
        ("琼州学院", 2, "2.0"),
        ("第001", None, "0.0"),
    ]
    assert ranking.places[1].score == Fraction(2)
    assert ranking.n_silent == 1


def test_channels_without_records_are_counted_beside_and_not_as_zero(sign_in, world, active):
    active("hnu", 7)
    for code in ("hnu-law-1201", "hnu-law-1202"):
        report(world, code, 20, week=LAST.previous(), groups=0)
    close()
    answer = sign_in("province").get(URL, {"rank": "university"})
    [place] = [each for each in answer.context["ranking"].places if each.name == world["hnu"].name]
    assert (place.n_channels, place.n_unrecorded, place.score) == (
        1,
        3,
        Fraction(2),
    )  # with the declared group
    assert "另有 3 个没有记录" in answer.text


def test_the_arrow_is_the_change_of_rank_since_the_week_before(sign_in, active):
    active("hnu", 7, LAST.previous())
    active("qzu", 3, LAST.previous())
    close(LAST.previous())
    active("hnu", 3)
    active("qzu", 7)
    close()
    answer = sign_in("province").get(URL, {"rank": "university"})
    assert [(place.rank, place.moved) for place in answer.context["ranking"].places] == [(1, 1), (2, -1)]


def test_the_distribution_needs_more_than_fifty_units(sign_in, world):
    more_universities(world, 48)
    report(world, "u000-c", 50)
    close()
    assert sign_in("province").get(URL, {"scope": "university"}).context["distribution"] is None


def test_the_steps_are_of_five_points_by_the_exact_fraction(sign_in, world):
    more_universities(world, 50)
    for n, contacts in ((0, 50), (1, 40), (2, 39), (3, 42)):
        report(world, f"u{n:03d}-c", contacts)
    close()
    answer = sign_in("province").get(URL, {"scope": "university"})
    found = answer.context["distribution"]
    assert [(each.label, each.n) for each in found.bins] == [
        ("75–80%", 1),  # 39 of 50: 78 %
        ("80–85%", 2),  # 80 % belongs to the step that begins with it
        ("85–90%", 0),
        ("90–95%", 0),
        ("95–100%", 0),
        ("≥100%", 1),
    ]
    assert found.n_without_rate == 48
    assert "另有 48 个单位未报" in answer.text


def test_two_weeks_side_by_side_say_what_moved_and_why(sign_in, world):
    report(world, "hnu-law-1201", 20, week=LAST.previous(2))
    close(LAST.previous(2))
    report(world, "hnu-law-1202", 40, week=LAST.previous())
    close(LAST.previous())
    report(world, "hnu-tour-1201", 30)
    close()
    client = sign_in("province")
    assert client.get(URL).context["compared"] is None
    answer = client.get(URL, {"with": "2026-W44"})
    line = next(each for each in answer.context["compared"].lines if each.name == world["hnu"].name)
    assert (line.before.part, line.now.part, line.people, line.base) == (20, 90, 70, 0)
    assert line.change == Fraction(70, 174) * 100
    assert (line.unreported, line.opened) == (-2, 2)
    assert "两周对比" in answer.text
    for week in ("2026-W40", "2026-W46", "x"):
        assert client.get(URL, {"with": week}).status_code == 404


def test_the_table_goes_out_as_excel_and_csv_and_is_audited(sign_in, world):
    report(world, "hnu-law-1201", 20)
    close()
    client = sign_in("province")
    asked = {"scope": "university", "sort": "coverage"}
    lines = list(
        csv.reader(io.StringIO(b"".join(client.get(URL, asked | {"export": "csv"})).decode("utf-8-sig")))
    )
    assert [line[0] for line in lines] == ["团组织", world["hnu"].name, world["qzu"].name]
    assert lines[1][1:7] == ["高校团委", "11.4%", "20", "174", "1", "4"]
    assert lines[2][2:4] == ["未报", ""]
    book = load_workbook(io.BytesIO(b"".join(client.get(URL, asked | {"export": "xlsx"}))))
    assert [cell.value for cell in book.active[2]][:4] == [world["hnu"].name, "高校团委", "11.4%", 20]
    assert AuditEntry.objects.filter(verb="list.exported").count() == 2
    page = client.get(URL, asked).text
    assert "export=xlsx" in page
    assert "data-print" in page
    assert sign_in("sysadmin").get(URL, {"export": "csv"}).status_code == 403
    assert "export=xlsx" not in sign_in("sysadmin").get(URL).text


def test_everything_on_demand_costs_no_further_statement(sign_in, world):
    report(world, "hnu-law-1201", 20)
    close(LAST.previous())
    close()
    client = sign_in("province")

    def statements(**asked) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, asked).status_code == 200
        return len(captured)

    assert statements() == statements(rank="university", **{"with": "2026-W45"}) <= 15


def test_the_page_of_a_unit_exports_its_subordinates_only(sign_in, world):
    report(world, "hnu-law-1201", 20)
    close()
    client, url = sign_in("university"), f"/weekly/2026-W46/{world['hnu'].pk}/"
    page = client.get(url).text
    assert "export=xlsx" in page
    text = b"".join(client.get(url, {"export": "csv"})).decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == [
        "团组织",
        world["hnu-law"].name,
        world["hnu-tour"].name,
    ]
    assert sign_in("outsider").get(url, {"export": "csv"}).status_code == 404
    assert sign_in("sysadmin").get(url, {"export": "csv"}).status_code == 404  # sees the page, may not export
    assert sign_in("sysadmin").get(url).status_code == 200
