"""New secretaries for branches of the demo whose form nobody has begun: invited by hand-over, as the university would."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.journeys.portal import Portal

PASSWORD = "jie-ban-ren-2026"

HAND_OVER = """
from django.urls import reverse
from accounts.models import CollectionRound, Expected
from accounts.operations import rounds
from orgs.kernel import clock
from orgs.models import Appointment, User
from orgs.operations import invitations, tree
leader = User.objects.get(username="haida")
free = [
    each for each in Expected.objects.select_related("unit").order_by("unit__code")
    if each.unit.code.startswith("46-U01-") and each.unit.kind_id == "class_branch"
    and not each.unit.submissions.exists() and Appointment.objects.in_force().filter(unit=each.unit).exists()
]
if free:
    expected = free[0]
    term = Appointment.objects.in_force().filter(unit=expected.unit).get()
    invited = invitations.hand_over(term, name=name, mobile=mobile, by=leader)
else:  # every branch of the demo has begun by now: one that was founded after the launch
    college = User.objects.get(username="xinxi").appointments.in_force().get().unit
    code = f"{college.code}-{mobile[-4:]}"
    branch = tree.create_unit(
        college, kind="class_branch", name=f"信息2013级{mobile[-4:]}班团支部", code=code, intake_year=2013, by=leader
    )
    running = CollectionRound.objects.running().filter(is_standing=False, deadline_at__gt=clock.now()).first()
    expected = rounds.expect(running, branch, by=User.objects.get(username="shengwei"))
    invited = invitations.invite(branch, role="secretary", name=name, mobile=mobile, by=leader)
answer = {"link": reverse("orgs:accept-invitation", args=[invited.code]), "pk": expected.pk, "unit": expected.unit.name}
"""


@dataclass(frozen=True)
class Successor:
    """Somebody with a link in hand."""

    link: str
    mobile: str
    unit: str
    expected: int


def invite(portal: Portal, mobile: str, name: str = "接任人") -> Successor:
    """The next branch without a form gets a new secretary."""
    answer = portal.ask(HAND_OVER, mobile=mobile, name=name)
    return Successor(answer["link"], mobile, answer["unit"], answer["pk"])


def accept(page, successor: Successor) -> None:
    """From the link to the open form."""
    page.goto(successor.link)
    page.fill("[name=mobile_tail]", successor.mobile[-4:])
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="是我，开始填报").click()
    page.wait_for_url(f"**/collect/{successor.expected}/")


def fill(page, *, tail: str, **other: str) -> None:
    """Every field that is asked for, and on to the check page."""
    type_in(page, tail=tail, **other)
    page.get_by_role("button", name="下一步：核对").click()
    page.wait_for_url(re.compile(r"/check/(#|$)"))  # the fragment of an added row goes along


def type_in(page, *, tail: str, **other: str) -> None:
    """Every field that is asked for; `other` answers by field."""
    answers = {
        "account_id": f"branch_{tail}",
        "account_nickname": "海南大学某某2013级班团支部微信群",
        "contacts": "20",
        "admin_name": "接任人",
        "admin_wechat": f"admin_{tail}",
        "admin_mobile": f"1380000{tail}",
    } | other
    for name, answer in answers.items():
        page.fill(f"#id_r0-{name}", answer)
