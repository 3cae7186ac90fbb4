"""公布: what is missing before, what stands after, who reads what, and how units compare."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, NotAllowed
from orgs.models import Notification
from scoring import ranking
from scoring.choices import Audience, RoundState, SheetState
from scoring.exceptions import NotReady
from scoring.models import AssessmentRound, Sheet
from scoring.operations import corrections, publishing
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse
from tests.scoring.result_steps import after_window, fresh, made_final, objected, score, scored_round, told

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round(world, sheets, week, cast):
    return scored_round(world, sheets, cast, less={"qh": {"3.1": "0.2"}, "wn": {"1.3": "0.1"}})


@pytest.fixture
def settled(round, sheets, cast):
    """Told, unobjected, final."""
    told(round, cast)
    with after_window():
        for code in ("qh", "wn"):
            made_final(sheets[code], cast)
    return round


def published(round, cast, audience=Audience.OWN):
    return publishing.publish(round, audience=audience, version=round.version, by=cast["province"])


def page(sign_in, who, round, **query):
    return sign_in(who).get(reverse("scoring:show-results", args=[round.pk]), query)


def test_everything_that_is_missing_is_said_at_once(round, sheets, cast):
    with pytest.raises(NotReady, match="请先告知"):
        published(round, cast)
    told(round, cast)
    objected(fresh(sheets["qh"]), cast)
    with pytest.raises(NotReady, match=r"2 个单位告知后还没有定稿：共青团琼海市委、共青团万宁市委。1 条异议"):
        published(round, cast)


def test_published_the_round_never_changes_and_every_unit_is_told(settled, cast):
    with pytest.raises(Conflict):
        publishing.publish(settled, audience="own", version=settled.version - 1, by=cast["province"])
    round = published(settled, cast)
    assert (round.state, round.published_by) == (RoundState.PUBLISHED, cast["province"])
    told_units = Notification.objects.filter(kind=NotificationKind.RESULTS_PUBLISHED)
    assert set(told_units.values_list("unit__code", flat=True)) == {"qh", "wn"}
    with pytest.raises(NotReady, match="不必重复"):
        published(round, cast)
    for sql in (
        "UPDATE scoring_assessmentround SET title = 'x' WHERE id = %s",
        "UPDATE scoring_assessmentround SET audience = 'ranking' WHERE id = %s",
        "DELETE FROM scoring_assessmentround WHERE id = %s",
    ):
        with (
            pytest.raises(IntegrityError, match="immutable: "),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [round.pk])


@pytest.mark.parametrize("who", ["auditor", "city", "schools", "outsider", "sysadmin", "nobody"])
def test_only_the_office_publishes(settled, cast, who):
    with pytest.raises(NotAllowed):
        publishing.publish(settled, audience="own", version=settled.version, by=cast[who])


@pytest.mark.parametrize("audience", Audience.values)
def test_units_read_as_much_as_the_committee_decides(settled, cast, sign_in, audience):
    for who in ("city", "auditor", "outsider"):
        assert page(sign_in, who, settled).status_code == 404
    published(settled, cast, audience)
    text = page(sign_in, "city", settled).content.decode()
    assert "表彰名单" in text  # both units are excellent
    assert ("名次" in text) == (audience == Audience.RANKING)
    assert ("失分最多" in text) == (audience == Audience.RANKING)
    rows = page(sign_in, "city", settled).context["page"].lines
    assert len(rows) == (2 if audience == Audience.RANKING else 1)
    # Another unit's sheet is as foreign as ever; whoever wasn't assessed reads nothing.
    assert reverse("scoring:show-result", args=[rows[0].place.sheet.pk]) not in text
    for who in ("outsider", "university", "nobody"):
        assert page(sign_in, who, settled).status_code == 404
    file = sign_in("city").get(reverse("scoring:show-results", args=[settled.pk]), {"export": "csv"})
    content = b"".join(file.streaming_content).decode()
    assert (content.count("共青团"), "名次" in content) == (len(rows), audience == Audience.RANKING)


def test_the_office_reads_the_ranking_before_and_after_with_last_year_and_losses(
    settled, world, sheets, cast, sign_in
):
    for code, points in (("qh", "8.0"), ("wn", "9.5")):
        Sheet.objects.create(
            scheme=settled.scheme, year=2025, unit=world[code], state=SheetState.FINAL,
            total_points=D(points), grade="good",
        )  # fmt: skip
    found = page(sign_in, "province", settled).context["page"]
    assert [(line.rank, line.points, line.before, line.delta, line.moved) for line in found.lines] == [
        ("1", "9.7", "8.0", "+1.7", "升 1 位"),
        ("2", "9.1", "9.5", "-0.4", "降 1 位"),
    ]
    assert found.grades[:2] == [("优秀", 2, 0), ("良好", 0, 2)]
    assert [(line.label, line.n) for line in found.bins] == [("9.5–10", 1), ("9–9.5", 1)]
    assert [(line.loss.criterion.code, line.mean, line.share) for line in found.losses] == [
        ("3.1", "0.15", "30.0%"),
        ("1.3", "0.45", "45.0%"),
    ][::-1]
    assert "并列" in page(sign_in, "province", settled).content.decode()


def test_losses_count_sheets_of_an_earlier_edition_that_the_round_took_in(settled, cast, sign_in):
    text = (
        (SHIPPED / "sup-a-2013.yaml")
        .read_text(encoding="utf-8")
        .replace("sheet_title: ", "sheet_title: 新", 1)
    )
    newer = store(parse(text), source=text).pk
    AssessmentRound.objects.filter(pk=settled.pk).update(scheme=newer)
    found = page(sign_in, "province", settled).context["page"]
    assert [line.loss.criterion.code for line in found.losses] == ["1.3", "3.1"]


def test_a_correction_replaces_the_published_result_when_it_is_final(settled, sheets, cast, sign_in):
    published(settled, cast)
    with after_window():
        new = corrections.correct(fresh(sheets["qh"]), reason="核实", by=cast["province"])
        assert [line.place.sheet.pk for line in page(sign_in, "city", settled).context["page"].lines] == [
            sheets["qh"].pk
        ]
        Sheet.objects.filter(pk=new.pk).update(state=SheetState.FINAL)
        (line,) = page(sign_in, "city", settled).context["page"].lines
        assert (line.place.sheet.pk, line.notes) == (new.pk, ["第 2 次修订"])


def test_strange_addresses_are_harmless(settled, sign_in, cast):
    assert page(sign_in, "province", settled, kind="²x").context["page"].lines == []
    client = sign_in("province")
    answer = client.post(reverse("scoring:publish-round", args=[settled.pk]), {"audience": "x"})
    assert answer.status_code == 422
    data = {"audience": "own", "version": "²"}
    client.post(reverse("scoring:publish-round", args=[settled.pk]), data)
    assert AssessmentRound.objects.get().state == RoundState.OBJECTION


def test_the_number_of_statements_stays_put(settled, sign_in, django_assert_max_num_queries):
    client = sign_in("province")
    with django_assert_max_num_queries(16):
        client.get(reverse("scoring:show-results", args=[settled.pk]))


def test_equal_totals_share_a_rank_and_the_next_one_skips():
    assert ranking.ranks({1: D("9.0"), 2: D("9.5"), 3: D("9.0"), 4: D("8.9")}) == {2: 1, 1: 2, 3: 2, 4: 4}
    assert ranking.ranks({}) == {}


def test_the_distribution_is_half_open_and_holds_the_full_score():
    bins = ranking.distribution([D("10"), D("9.5"), D("9.4"), D("8.0")], D(10))
    assert [(each.low, each.n) for each in bins] == [
        (D("8.0"), 1),
        (D("8.5"), 0),
        (D("9.0"), 1),
        (D("9.5"), 2),
    ]
    assert [each.low for each in ranking.distribution([D(100), D("95"), D("94.9")], D(100))] == [D(90), D(95)]


def test_score_of_one_sheet_alone_is_never_ranked_before_it_is_final(sheets, cast, world, week, sign_in):
    round = scored_round(world, sheets, cast)
    score(sheets["qh"], {}, round)
    found = page(sign_in, "province", round).context["page"]
    assert (found.lines, found.n_units, found.n_final) == ([], 2, 0)
