"""The URLs of 小投票 and 风采展示 in the matrix, and what they are about."""

from __future__ import annotations

from orgs import permissions as p
from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Collector, Poll, Showpiece
from tests.architecture.rows import ANYONE, BOTH, POST, Row
from tests.cast import Cast

SHARING: dict[str, Row] = {
    "reporting:list-collectors": Row("", p.EDIT_REGISTRY),
    "reporting:new-collector": Row("", p.EDIT_REGISTRY, BOTH),
    "reporting:fetch-collector": Row("collector", p.EDIT_REGISTRY, POST),
    "reporting:remove-collector": Row("collector", p.EDIT_REGISTRY, POST),
    "reporting:list-polls": Row("", ANYONE),
    "reporting:new-poll": Row("", p.PUBLISH_NOTICE, BOTH),
    "reporting:show-poll": Row("poll", p.VIEW),
    "reporting:answer-poll": Row("poll", p.VIEW, POST, {"option": "1"}),
    "reporting:withdraw-poll": Row("poll", p.PUBLISH_NOTICE, POST),
    "reporting:list-showpieces": Row("", ANYONE),
    "reporting:new-showpiece": Row("", p.FILL, BOTH),
    "reporting:show-showpiece": Row("showpiece", p.VIEW),
    "reporting:pick-showpiece": Row("showpiece", p.PUBLISH_NOTICE, POST),
    "reporting:withdraw-showpiece": Row("showpiece", f"{p.FILL}|{p.PUBLISH_NOTICE}", POST),
}


def collector(unit: OrgUnit, cast: Cast) -> int:
    """Credentials of the unit."""
    facts = {
        "identifier": "wx0001",
        "secret": "a-secret",
        "saved_at": clock.now(),
        "saved_by": cast["nobody"],
    }
    return Collector.objects.get_or_create(unit=unit, service="wechat", defaults=facts)[0].pk


def poll(unit: OrgUnit, cast: Cast) -> int:
    """A withdrawn one of the unit: what is in force is read by everybody below, which the matrix does not know."""
    known = Poll.objects.filter(unit=unit).first()
    now, today = clock.now(), clock.today()
    facts = {"question": "何时开会", "options": ["上午", "下午"], "starts_on": today, "ends_on": today}
    facts |= {"published_at": now, "published_by": cast["nobody"], "withdrawn_at": now}
    return (known or Poll.objects.create(unit=unit, **facts)).pk


def showpiece(unit: OrgUnit, cast: Cast) -> int:
    """One that nobody has picked yet."""
    known = Showpiece.objects.filter(unit=unit).first()
    facts = {"title": "微团课", "text": "每周一讲。", "sent_at": clock.now(), "sent_by": cast["nobody"]}
    return (known or Showpiece.objects.create(unit=unit, **facts)).pk
