"""Two closed weeks of the small province, and the steps of a bulletin through the pages."""

from __future__ import annotations

from django.urls import reverse

from orgs.kernel import clock
from reporting.models import Bulletin, ClosedWeek
from tests.reporting.closed_weeks import LAST, close, report


def two_weeks(world):
    """W45: one class of the law college. W46: the whole of Hainan University, a village; the rest is missing."""
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    for code, contacts in (("hnu-law-1202", 45), ("hnu-law-1301", 30), ("hnu-tour-1201", 38)):
        report(world, code, contacts)
    report(world, "qh-hs-jl", 40)
    return close()


def draft(client, world, code="hi", **data) -> Bulletin:
    """生成本周通报, as the button of the weekly page sends it."""
    given = {"w": str(LAST), "unit": world[code].pk, "scope": "all"} | data
    answer = client.post(reverse("reporting:draft-bulletin"), given)
    assert answer.status_code == 302
    return Bulletin.objects.get(pk=int(answer.url.rstrip("/").rpartition("/")[2]))


def act(client, step, bulletin, **data):
    """A step of the bulletin with the version that the page shows; the answer page."""
    bulletin.refresh_from_db()
    given = {"version": bulletin.version} | data
    return client.post(reverse(f"reporting:{step}", args=[bulletin.pk]), given, follow=True)


def published(client, world, code="hi", **data) -> Bulletin:
    """Drafted and published."""
    found = draft(client, world, code, **data)
    answer = act(client, "publish-bulletin", found)
    assert "已发布" in answer.text, answer.text
    found.refresh_from_db()
    return found


def edited(bulletin, **changes):
    """What the edit page sends: everything as it stands, but for the changes."""
    body = bulletin.body
    given = {"title": bulletin.title, "text": body["text"], "tables": body["tables"], "scope": body["scope"]}
    return given | body["recipients"] | {"version": bulletin.version} | changes


def second_edition(first: ClosedWeek) -> ClosedWeek:
    """The same rows as a numbered correction of the week."""
    made = ClosedWeek.objects.create(
        year=first.year, number=first.number, edition=2, starts_on=first.starts_on, reason="补录"
    )
    rows = list(first.units.all())
    for row in rows:
        row.week = made
        row.pk = (made.pk, row.unit_id)
    first.units.model.objects.bulk_create(rows)
    ClosedWeek.objects.filter(pk=made.pk).update(state="closed", closed_at=clock.now())
    made.refresh_from_db()
    return made
