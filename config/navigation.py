"""The side navigation as data, and the context processor that shows it.

An item names the page, the verb that opens it and the counter beside it; who may see what is asked of
`orgs.permissions` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Submission
from config import manual
from orgs import permissions
from orgs.kernel.counting import counts
from orgs.models import Notification, OrgUnit
from reporting.models import DirectedMessage
from scoring.models import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

UNREAD = "unread"
DIRECTED = "directed"
REVIEW = "review"
TAKEN_OVER = "taken_over"
BELOW = "below"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the navigation. `verb` None means everybody who is signed in."""

    label: _StrPromise
    url_name: str
    icon: str
    verb: str | None = None
    count_key: str = ""
    hot: bool = False
    also: tuple[str, ...] = ()  # pages of other addresses that lie under this line


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A titled run of items; the first group has no title."""

    label: _StrPromise | str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An item as the template shows it: resolved, allowed, counted."""

    label: _StrPromise
    url: str
    icon: str
    count: int | None
    hot: bool
    is_current: bool


MENU: tuple[MenuGroup, ...] = (
    MenuGroup(
        "",
        (
            MenuItem(_("工作台"), "home", "home"),
            MenuItem(_("待审核"), "accounts:list-review", "checklist", permissions.REVIEW, REVIEW, hot=True),
        ),
    ),
    MenuGroup(
        _("填报上报"),
        (
            MenuItem(_("我的填报"), "accounts:list-tasks", "writing", permissions.FILL),
            MenuItem(_("导入收集表"), "accounts:upload-annex", "file-upload", permissions.REVIEW),
            MenuItem(_("上报"), "accounts:list-packages", "upload", permissions.REPORT_PACKAGE),
            MenuItem(_("接收上报"), "accounts:list-packages", "checklist", permissions.ACCEPT_PACKAGE),
        ),
    ),
    MenuGroup(
        _("情况统计"),
        (
            MenuItem(_("周报"), "reporting:weekly", "chart-bar", permissions.VIEW),
            MenuItem(_("本单位周报"), "reporting:own-report", "checklist", permissions.REPORT_PACKAGE),
            MenuItem(_("周报报送"), "reporting:list-reports", "list-details", permissions.ACCEPT_PACKAGE),
            MenuItem(_("今天发布了吗"), "reporting:record-today", "check", permissions.REPORT_PACKAGE),
            MenuItem(_("活动登记"), "reporting:list-outreach", "star", permissions.VIEW),
            MenuItem(_("通知"), "reporting:list-notices", "bell", permissions.VIEW),
            MenuItem(_("通报"), "reporting:list-bulletins", "speakerphone", permissions.VIEW),
            MenuItem(_("内容供给"), "reporting:list-materials", "copy", permissions.VIEW),
            MenuItem(_("报送"), "reporting:list-contributions", "upload", permissions.VIEW),
            MenuItem(_("小投票"), "reporting:list-polls", "checklist", permissions.VIEW),
            MenuItem(_("风采展示"), "reporting:list-showpieces", "star", permissions.VIEW),
            MenuItem(_("组织与账号"), "orgs:list-units", "sitemap", permissions.VIEW),
        ),
    ),
    MenuGroup(
        _("登记信息"),
        (
            MenuItem(_("登记的账号"), "accounts:list-accounts", "device-mobile", permissions.VIEW),
            MenuItem(_("统计接口"), "reporting:list-collectors", "chart-bar", permissions.EDIT_REGISTRY),
            MenuItem(_("登记的群"), "accounts:list-groups", "message", permissions.VIEW),
            MenuItem(_("管理员"), "accounts:list-administrators", "user", permissions.VIEW),
            MenuItem(_("需核实"), "accounts:radar", "flag", permissions.REVIEW),
            MenuItem(_("账号争议"), "accounts:list-disputes", "help-circle", permissions.VIEW),
        ),
    ),
    MenuGroup(
        _("督导检查"),
        (
            MenuItem(_("工作部署"), "reporting:list-campaigns", "target", permissions.VIEW),
            MenuItem(_("报送材料"), "reporting:list-hand-ins", "file-text", permissions.VIEW),
            MenuItem(_("抽查"), "reporting:list-draws", "eye", permissions.RECORD_CHECK),
            MenuItem(_("发布情况"), "reporting:list-activity", "clock", permissions.REMIND),
            MenuItem(_("提醒"), "accounts:chase", "send", permissions.REMIND),
            MenuItem(_("不良信息"), "accounts:list-incidents", "alert-triangle", permissions.VIEW),
            MenuItem(
                _("督导台账"),
                "reporting:list-duties",
                "shield-check",
                permissions.VIEW,
                also=("reporting:list-demands",),
            ),
            # A secretary comes to the unit's one sheet from the home page's line, and is spared a list.
            MenuItem(_("年度考评"), "scoring:list-sheets", "writing", permissions.EXPORT, "sheets"),
        ),
    ),
    MenuGroup(
        _("管理"),
        (
            MenuItem(_("填报任务"), "accounts:list-rounds", "file-text", permissions.LAUNCH_ROUND),
            MenuItem(_("人员与邀请码"), "orgs:list-people", "users", permissions.MANAGE_PEOPLE),
            MenuItem(_("考评方案"), "scoring:list-schemes", "file-text", permissions.RUN_ASSESSMENT),
            MenuItem(_("变更申请"), "orgs:list-requests", "checklist", permissions.EDIT_UNITS),
            MenuItem(_("变更与日志"), "orgs:list-audit", "history", permissions.VIEW_AUDIT),
            MenuItem(_("删除个人信息"), "erase-person", "x", permissions.ERASE_PERSON),
            MenuItem(_("运行状态"), "show-status", "target", permissions.MANAGE_JOBS),
        ),
    ),
)

# What each counter counts, for items the user may see; all of a page are counted in one statement.
COUNTERS: dict[str, Callable[[User], QuerySet[Any]]] = {
    REVIEW: lambda user: Submission.objects.on_own_desks_of(
        user.units_in_charge().allowing(permissions.REVIEW)
    ),
    "sheets": lambda user: Sheet.objects.actionable_by(user, permissions.ASSESS).ungraded(),
    UNREAD: lambda user: Notification.objects.addressed_to(user).unread(),
    DIRECTED: lambda user: DirectedMessage.objects.received_by(
        user.units_in_charge().allowing(permissions.FILL)
    ).unread(),
}


def menu(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page: navigation, unread messages, theme."""
    theme = request.COOKIES.get("theme", "auto")
    hotkeys = (
        "off" if request.COOKIES.get("hotkeys") == "off" else "on"
    )  # WCAG 2.1.4: app.js keeps the choice
    context: dict[str, Any] = {
        "theme": theme if theme in THEMES else "auto",
        "hotkeys": hotkeys,
        "menu": [],
    }
    user = getattr(request, "user", None)
    page = request.resolver_match.view_name if request.resolver_match else ""
    is_signed_in = user is not None and user.is_authenticated
    context["help_url"] = manual.address_for(page, is_signed_in=is_signed_in)
    if user is not None and user.is_authenticated:
        # Asked once: `may_anywhere` would read the appointments again for each line.
        in_charge = user.units_in_charge()
        allowed = [(group, list(_allowed(group, in_charge))) for group in MENU]
        keys = {item.count_key for _group, items in allowed for item, _url in items} | {UNREAD}
        # The page of messages says how many of the other kind wait.
        keys |= {DIRECTED} if request.path == reverse("orgs:list-messages") else set()
        # A page that says no leads on, and need not count: `errors.py`.
        is_no = getattr(request, "counts_nothing", False)
        is_exact = request.path.startswith(reverse("accounts:list-review"))
        n = {} if is_no else _counted(user, keys, is_exact=is_exact)
        context["menu"] = _groups(allowed, n, request.path)
        context["province_name"] = _province_name(in_charge)
        context["n_unread"] = n.get(UNREAD)
        context["n_directed"] = n.get(DIRECTED)
        context["may_message"] = bool(in_charge.allowing(permissions.FILL).spans)
        context["may_export"] = bool(in_charge.allowing(permissions.EXPORT).spans)
    return context


def _counted(user: User, keys: set[str], *, is_exact: bool) -> dict[str, int]:
    """The counters in one statement; in two where forms wait below and may have to be taken over.

    Which desks below have become vacant takes long to find out in a large province, and changes seldom: what waits
    there is counted once a minute, and always on the pages of the review, where people decide about it. Where nothing
    waits below at all, as on most days of the year, the question isn't asked.
    """
    asked = {key: COUNTERS[key](user) for key in sorted(keys) if key in COUNTERS}
    if REVIEW not in asked:
        return counts(**asked)
    remembered, key = caches["counters"], f"{TAKEN_OVER}-{user.pk}"
    taken_over = None if is_exact else remembered.get(key)
    if taken_over is None:
        in_charge = user.units_in_charge().allowing(permissions.REVIEW)
        n = counts(**asked, **{BELOW: Submission.objects.on_desks_below(in_charge)})
        taken_over = Submission.objects.taken_over_by(in_charge).count() if n.pop(BELOW) else 0
        remembered.set(key, taken_over)
    else:
        n = counts(**asked)
    n[REVIEW] += taken_over
    return n


def _groups(
    allowed: list[tuple[MenuGroup, list[tuple[MenuItem, str]]]], n: dict[str, int], path: str
) -> list[tuple[_StrPromise | str, list[Link]]]:
    under = {
        address: url for _group, items in allowed for item, url in items for address in _addresses(item, url)
    }
    current = under.get(_current_url(list(under), path), "")
    return [
        (
            group.label,
            [
                Link(item.label, url, item.icon, n.get(item.count_key), item.hot, url == current)
                for item, url in items
            ],
        )
        for group, items in allowed
        if items
    ]


def _allowed(group: MenuGroup, in_charge: UnitsInCharge) -> Iterator[tuple[MenuItem, str]]:
    for item in group.items:
        if item.verb is not None and not in_charge.allowing(item.verb).spans:
            continue
        if url := _address(item.url_name):
            yield item, url


@cache
def _address(url_name: str) -> str:
    """The address of a page of the menu, which is the same as long as the process runs; "" where there is none."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _addresses(item: MenuItem, url: str) -> list[str]:
    return [url, *map(_address, item.also)]


def _province_name(in_charge: UnitsInCharge) -> str:
    """Where the person works: the province of the widest appointment, or the whole country."""
    first = in_charge.widest()
    if first is None:
        return ""
    if first.is_forest:
        return gettext("全国")
    province = OrgUnit.objects.provinces().filter(tree_id=first.tree_id).only("name", "short_name").first()
    return province.short_name or province.name if province else ""


def _current_url(urls: list[str], path: str) -> str:
    """The menu address that the page lies under; the longest wins, and home only for itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
