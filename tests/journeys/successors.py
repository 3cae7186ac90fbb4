"""New secretaries for branches of the demo whose form nobody has begun: invited by hand-over, as the university would."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.journeys.portal import Portal

PASSWORD = "jie-ban-ren-2026"

HAND_OVER = """
from django.urls import reverse
from accounts.models import Expected
from orgs.models import Appointment, User
from orgs.operations import people
leader = User.objects.get(username="haida")
free = [
    each for each in Expected.objects.select_related("unit").order_by("unit__code")
    if each.unit.code.startswith("46-U01-") and each.unit.kind_id == "class_branch"
    and not each.unit.submissions.exists() and Appointment.objects.in_force().filter(unit=each.unit).exists()
]
expected = free[0]
term = Appointment.objects.in_force().filter(unit=expected.unit).get()
invited = people.hand_over(term, name="接任人", mobile=mobile, by=leader)
answer = {"link": reverse("orgs:accept-invitation", args=[invited.code]), "pk": expected.pk, "unit": expected.unit.name}
"""


@dataclass(frozen=True)
class Successor:
    """Somebody with a link in hand."""

    link: str
    mobile: str
    unit: str
    expected: int


def invite(portal: Portal, mobile: str) -> Successor:
    """The next branch without a form gets a new secretary."""
    answer = portal.ask(HAND_OVER, mobile=mobile)
    return Successor(answer["link"], mobile, answer["unit"], answer["pk"])


def accept(page, successor: Successor) -> None:
    """From the link to the open form."""
    page.goto(successor.link)
    page.fill("[name=mobile_tail]", successor.mobile[-4:])
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="是我，开始填报").click()
    page.wait_for_url(f"**/collect/{successor.expected}/")


def fill(page, *, tail: str) -> None:
    """Every field that is asked for."""
    answers = {
        "account_id": f"branch_{tail}",
        "account_nickname": "海南大学某某2013级班团支部微信群",
        "contacts": "20",
        "admin_name": "接任人",
        "admin_wechat": f"admin_{tail}",
        "admin_mobile": f"1380000{tail}",
    }
    for name, answer in answers.items():
        page.fill(f"#id_r0-{name}", answer)
    page.get_by_role("button", name="下一步：核对").click()
    page.wait_for_url(re.compile(r"/check/(#|$)"))  # the fragment of an added row goes along
