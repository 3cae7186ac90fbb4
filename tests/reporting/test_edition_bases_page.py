"""出更正版: corrected bases are searched, turned over and ticked without JavaScript, and named where editions are compared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from orgs.operations.bases import record_base
from reporting.models import BaseCorrection, ClosedWeek
from reporting.operations import weekly
from reporting.pages import base_choice
from tests.reporting.closed_weeks import LAST, add_universities, close, report
from tests.world import TODAY

pytestmark = pytest.mark.django_db
CORRECT, COMPARE = f"/weekly/correct/?w={LAST}", f"/weekly/editions/?w={LAST}"


@pytest.fixture
def three(world):
    """After W46 was closed, three bases were put right."""
    report(world, "hnu-law-1201", 60)
    close()
    for code, count in (("hnu-law-1201", 77), ("hnu-tour-1201", 78), ("qh-hs-jl", 79)):
        record_base(world[code], measure="members", count=count, year=2026, source="核对后的名册", by=None)


def bases(answer):
    return answer.context["bases"]


def test_without_a_corrected_base_the_page_says_so(sign_in, world):
    close()
    page = sign_in("national").get(CORRECT)
    assert "没有更正过的底数" in page.text
    assert 'name="bases"' not in page.text


def test_the_page_shows_what_is_counted_and_what_instead(sign_in, world, three):
    page = sign_in("national").get(CORRECT)
    lines = {line.unit.code: line for line in bases(page).lines}
    assert set(lines) == {"hnu-law-1201", "hnu-tour-1201", "qh-hs-jl"}
    assert lines["qh-hs-jl"].base.count == 79
    assert lines["qh-hs-jl"].counted not in {None, 79}
    assert page.text.count('type="checkbox" name="bases"') == 3
    assert "核对后的名册" in page.text


def test_more_than_a_form_can_hold_is_refused_in_words(sign_in, world, three):
    given = {"bases": range(1, 902), "reason": "更正底数"}
    answer = sign_in("national").post(CORRECT, given)
    assert answer.status_code == 422
    assert "一次最多更正900项底数" in answer.text


def test_ticks_and_the_reason_stay_while_one_searches_and_turns_pages(sign_in, world, three, monkeypatch):
    monkeypatch.setattr(base_choice, "PER_PAGE", 1)
    client = sign_in("national")
    [first] = bases(client.get(CORRECT)).lines
    given = {"bases": [first.pk], "reason": "更正底数"}
    second = client.post(CORRECT, given | {"look": "2"})
    assert second.status_code == 200
    assert bases(second).elsewhere == [first.pk]
    assert f'<input type="hidden" name="bases" value="{first.pk}">' in second.text
    assert "更正底数" in second.text
    [line] = bases(second).lines
    given["bases"] = [first.pk, line.pk]
    found = client.post(CORRECT, given | {"look": "1", "q": "加略"})
    assert [each.unit.code for each in bases(found).lines] == ["qh-hs-jl"]
    assert bases(found).n_chosen == 2
    nothing = client.post(CORRECT, given | {"look": "1", "q": "没有这样的单位"})
    assert "没有找到" in nothing.text
    assert not Job.objects.exists()


def test_what_is_ticked_goes_into_the_edition_and_the_comparison_names_it(sign_in, world, three, cast):
    client = sign_in("national")
    lines = {line.unit.code: line for line in bases(client.get(CORRECT)).lines}
    chosen = [lines["hnu-law-1201"].pk, lines["qh-hs-jl"].pk]
    with clock.frozen(TODAY + timedelta(minutes=1)):
        answer = client.post(CORRECT, {"reason": "更正底数", "bases": chosen, "q": ""})
    assert answer.status_code == 302
    weekly.close_in_job(Job.objects.get(params__edition=2).pk)
    assert {each.unit.code: each.count for each in BaseCorrection.objects.select_related("unit")} == {
        "hnu-law-1201": 77,
        "qh-hs-jl": 79,
    }
    assert AuditEntry.objects.get(verb="week.correction_ordered").detail["n_bases"] == 2
    page = client.get(COMPARE)
    named = page.context["found"].bases
    assert [(line.unit.code, line.base.count) for line in named.lines] == [
        ("qh-hs-jl", 79),
        ("hnu-law-1201", 77),
    ]
    assert "更正的底数" in page.text
    of_city = sign_in("city").get(COMPARE).context["found"].bases
    assert [line.unit.code for line in of_city.lines] == ["qh-hs-jl"]
    assert sign_in("township").get(COMPARE).context["found"].bases.n_all == 1
    again = bases(client.get(CORRECT))
    assert [line.unit.code for line in again.lines] == ["hnu-tour-1201"]


def test_a_base_that_has_changed_since_the_page_was_opened_is_said_in_words(sign_in, world, three):
    client = sign_in("national")
    [line] = [each for each in bases(client.get(CORRECT)).lines if each.unit.code == "qh-hs-jl"]
    with clock.frozen(TODAY + timedelta(minutes=1)):
        record_base(world["qh-hs-jl"], measure="members", count=99, year=2026, source="再核对", by=None)
    refused = client.post(CORRECT, {"reason": "更正底数", "bases": [line.pk]})
    assert refused.status_code == 422
    assert "又有变化" in refused.text
    assert bases(refused).n_chosen == 0
    assert ClosedWeek.objects.count() == 1


def test_what_no_one_could_tick_is_refused(sign_in, world, three):
    client = sign_in("national")
    assert client.post(CORRECT, {"reason": "更正", "bases": ["x", "²"]}).status_code == 302
    assert client.get(CORRECT).status_code == 200
    assert client.post(CORRECT, {"reason": "更正", "bases": ["999999999"]}).status_code == 422


def test_the_pages_take_as_many_statements_for_any_number_of_bases(
    sign_in, world, three, django_assert_max_num_queries
):
    client = sign_in("national")
    with django_assert_max_num_queries(15):
        client.get(CORRECT)
    add_universities(world, 3)
    for n in range(3):
        unit = type(world["hi"]).objects.get(code=f"u00{n}-c")
        record_base(unit, measure="youth", count=60 + n, year=2026, source="名册", by=None)
    with django_assert_max_num_queries(15):
        client.get(CORRECT)
