"""Tags and filters of every page: how a status, a number, a week, a mobile are shown. Pure: no query, no clock."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext

from orgs.http import in_wechat
from orgs.kernel import numbers, plot
from orgs.kernel.clock import Week, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest
    from django.template import Context
    from django.utils.safestring import SafeString


register = template.Library()

ICONS = "vendor/tabler-icons-3.51.0/icons.svg"
# Django's message levels and our statuses share one set of signs: never colour alone.
STATUS_ICONS = {
    "ok": "check",
    "warn": "alert-triangle",
    "bad": "x",
    "info": "clock",
    "mute": "minus",
    "success": "circle-check",
    "warning": "alert-triangle",
    "error": "alert-triangle",
    "debug": "info-circle",
}
# Cut lines of the source documents, on the unrounded ratio.
BANDS = ((Fraction(9, 10), 1), (Fraction(8, 10), 2), (Fraction(7, 10), 3))
LOWEST_BAND, NO_BAND = 4, 0
_MOBILE = re.compile(r"^(\d{3})\d+(\d{4})$", re.ASCII)


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """A sign from the sprite, hidden from screen readers; size "s" is the small one. Dozens on a page, few in all."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " icon-s" if size == "s" else "",
        static(ICONS),
        STATUS_ICONS.get(name, name),
    )


@register.simple_tag
def pill(status: str, label: str, sign: str = "") -> SafeString:
    """A status as sign, word and colour: ok, warn, bad, info or mute."""
    return format_html('<span class="pill pill-{}">{}{}</span>', status, icon(sign or status, "s"), label)


@register.filter
def masked(mobile: str | None) -> str:
    """138****0123; anything that isn't a number of 8 digits or more disappears wholly."""
    found = _MOBILE.match(mobile or "")
    return f"{found[1]}****{found[2]}" if found else numbers.MISSING if not mobile else "****"


@register.simple_tag
def percent(part: int | None, base: int | None) -> str:
    """part ÷ base as 83.6%, cut, never rounded up."""
    return numbers.percent_text(part, base)


@register.filter
def ratio(value: Fraction | None) -> str:
    """A Fraction as 83.6%, cut, never rounded up."""
    return numbers.percent_of(value)


@register.filter
def thousands(n: int | None) -> str:
    """12,345; a dash where the number is unknown."""
    return numbers.thousands(n)


@register.filter
def at(entries: Mapping[int, object], key: int) -> object:
    """The entry under a key that only the page knows; None where there is none."""
    return entries.get(key)


@register.filter
def week(value: Week | str) -> str:
    """第36周 9月2日—9月8日, of a Week or of its text 2013-W36."""
    return (Week.parse(value) if isinstance(value, str) else value).label


@register.filter
def until(moment: datetime) -> str:
    """2013年9月8日 24:00, of the first moment that is too late: midnight is said as the end of the day before."""
    at = local(moment)
    is_midnight = (at.hour, at.minute) == (0, 0)
    day = at.date() - timedelta(days=1) if is_midnight else at.date()
    hour = "24:00" if is_midnight else f"{at:%H:%M}"
    return gettext("%(year)s年%(month)s月%(day)s日 %(hour)s") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "hour": hour,
    }


@register.filter
def unit_path(names: Iterable[str] | str) -> str:
    """Names from the top down, parted by › : a list, or a stored path with slashes."""
    parts = names.split("/") if isinstance(names, str) else names
    return " › ".join(part for part in parts if part)


@register.simple_tag
def delta(change: int | Fraction | None, unit: str = "") -> SafeString:
    """▲ 2 or ▼ 1 with the word for screen readers; a movement in a ranking or in percentage points."""
    if change is None:
        return format_html('<span class="delta muted">{}</span>', numbers.MISSING)
    if change == 0:
        return format_html('<span class="delta muted">－<span class="sr">{}</span></span>', gettext("不变"))
    sign, name, word = ("▲", "up", gettext("升")) if change > 0 else ("▼", "down", gettext("降"))
    shown = str(abs(change)) if isinstance(change, int) else str(plot.tenths(abs(change)))
    return format_html(
        '<span class="delta delta-{}"><span class="sr">{}</span><span aria-hidden="true">{}</span> {}{}</span>',
        name,
        word,
        sign,
        shown,
        unit,
    )


@register.simple_tag
def band(part: int | None, base: int | None) -> int:
    """Coverage step 1 (90% and more) to 4 (below 70%); 0 where nothing was reported."""
    share = numbers.ratio(part, base)
    if share is None:
        return NO_BAND
    return next((step for limit, step in BANDS if share >= limit), LOWEST_BAND)


@register.inclusion_tag("components/bar.html")
def bar(
    part: int | None, base: int | None, label: str = "", tone: str = "", tick: int = 80
) -> dict[str, object]:
    """A bar with a tick at the 良好 line; tone "plain" drops the coverage colours and the tick."""
    share = numbers.ratio(part, base)
    filled = 0 if share is None else min(max(share, Fraction(0)), Fraction(1)) * 100
    is_plain = tone == "plain"
    return {
        "width": plot.tenths(filled),
        "step": ("full" if share == 1 else "plain") if is_plain else band(part, base),
        "tick": None if is_plain else tick,
        "text": numbers.percent_of(share),
        "label": label,
    }


@register.inclusion_tag("components/download.html", takes_context=True)
def download(
    context: Context,
    url: str,
    label: str,
    *,
    is_small: bool = False,
    is_primary: bool = False,
    is_submit: bool = False,
) -> dict[str, object]:
    """The way to a file; inside WeChat, which saves none, how to get it elsewhere (ux.md section 4). `is_submit`: a form's button."""
    request: HttpRequest = context["request"]
    return {
        "url": url,
        "label": label,
        "is_small": is_small,
        "is_primary": is_primary,
        "is_submit": is_submit,
        "in_wechat": in_wechat(request),
        "link": request.build_absolute_uri(url or None),
    }


@register.inclusion_tag("components/trend.html")
def trend(
    points: Sequence[tuple[str, Fraction | None]],
    label: str,
    target: Fraction | None = Fraction(4, 5),
    marks: Sequence[tuple[Fraction, str]] = (),
) -> dict[str, object]:
    """A line of (label, share) pairs over a dashed target line and upright marks, with the same figures as a table."""
    shares = [share for _label, share in points if share is not None]
    return {
        "plot": plot.line_plot(points, target, marks),
        "points": points,
        "label": label,
        "last": shares[-1] if shares else None,
        "target": target,
    }
