"""Letters and lists that follow from results, as papers of the bulletin's layout: words and figures only, no person's name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import points_text
from reporting.bulletin_paper import Paper
from scoring.outcomes import Outcome, exact_text, weight_of

if TYPE_CHECKING:
    from datetime import date

    from reporting.models import Duty
    from scoring.models import Sheet

COMMENDATION, CRITICISM, EXPLANATION, AWARDS, KEY_WORK = (
    "commendation",
    "criticism",
    "explanation",
    "awards",
    "key-work",
)
NO_DATE = "　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class Result:
    """One sheet with what follows from it."""

    sheet: Sheet
    outcome: Outcome
    duty: Duty | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter and list: whom it is about, what it says of one unit, and of all."""

    title: str
    list_title: str
    concerns: Callable[[Result], bool]
    letter: Callable[[Result], list[str]]
    intro: str
    line: Callable[[Result], str]


def kinds() -> dict[str, Kind]:
    """In the order they are shown, in the reader's language."""
    return {
        COMMENDATION: Kind(
            _("关于通报表彰的函"), _("通报表彰名单"), lambda each: each.outcome.is_commended, _commended,
            _("考评等次为优秀、保有评优资格的单位（依据 SUP-4.4.2）："), _graded,
        ),
        CRITICISM: Kind(
            _("通报批评"), _("通报批评名单"), lambda each: each.outcome.criticism is not None, _criticised,
            _("考评不合格、给予通报批评的单位（依据 SUP-4.4.3）："), _graded,
        ),
        EXPLANATION: Kind(
            _("关于作出书面情况说明的函"), _("书面情况说明名单"), lambda each: each.outcome.explanation is not None, _asked,
            _("应作出书面情况说明的单位（依据 SUP-4.4.3）："), _asked_line,
        ),
        AWARDS: Kind(
            _("关于评优资格的函"), _("评优资格名单"), lambda each: True, _eligible,
            _("各单位和主要负责人当年评优资格（依据 SUP-4.4.3、SUP-4.4.4）："), _eligible_line,
        ),
        KEY_WORK: Kind(
            _("关于计入重点工作考核总分的函"), _("计入重点工作考核总分"), lambda each: each.outcome.contribution is not None,
            _counted, _("考评总分 × 权重，计入各单位重点工作考核总分（依据 SUP-4.4.2）："), _counted_line,
        ),
    }  # fmt: skip


def letter(kind: Kind, result: Result, *, issuer: str, day: date | None) -> Paper:
    """To one unit."""
    sheet = result.sheet
    return _paper(
        issuer,
        f"{sheet.title}{kind.title}" if kind.title.startswith("通报") else f"{kind.title}",
        salutation=f"{sheet.unit.name}：",
        paragraphs=kind.letter(result),
        day=day,
        note=_("依据：%(title)s。") % {"title": sheet.title},
    )


def listing(kind: Kind, results: Sequence[Result], *, year: int, issuer: str, n_open: int) -> Paper:
    """Of all units it concerns, in the order they come; says how many results are not out yet."""
    concerned = [each for each in results if kind.concerns(each)]
    lines = [f"{number}. {kind.line(each)}" for number, each in enumerate(concerned, 1)]
    rest = [_("另有 %(n)s 张考评表的结果尚未公布，不在本名单内。") % {"n": n_open}] if n_open else []
    return _paper(
        issuer,
        _("%(year)s年微信工作考评%(title)s") % {"year": year, "title": kind.list_title},
        salutation="",
        paragraphs=[kind.intro, *(lines or [_("无。")]), *rest],
        day=None,
        note=_("共 %(n)s 个单位。") % {"n": len(concerned)},
    )


def _paper(
    issuer: str, title: str, *, salutation: str, paragraphs: list[str], day: date | None, note: str
) -> Paper:
    date_text = f"{day.year}年{day.month}月{day.day}日" if day else NO_DATE
    return Paper(issuer, "", title, "", salutation, paragraphs, [], issuer, date_text, note)


def _facts(result: Result) -> Mapping[str, object]:
    sheet = result.sheet
    return {
        "title": sheet.title,
        "unit": sheet.unit.name,
        "points": points_text(sheet.total_points),
        "grade": sheet.get_grade_display(),
        "year": sheet.year,
    }


def _first(result: Result) -> str:
    return _("%(title)s考评总分 %(points)s 分，等次为%(grade)s。") % _facts(result)


def _commended(result: Result) -> list[str]:
    return [
        _first(result),
        _("工作成绩突出，给予通报表彰。望再接再厉，继续做好%(year)s年以后的工作。") % _facts(result),
    ]


def _criticised(result: Result) -> list[str]:
    words = {"trigger": result.outcome.criticism.trigger if result.outcome.criticism else ""}
    return [_first(result), _("%(trigger)s，给予通报批评。请认真查找原因，切实整改。") % words]


def _asked(result: Result) -> list[str]:
    found = result.outcome.explanation
    paragraphs = [
        _first(result),
        _("%(trigger)s，请就有关情况作出书面说明。") % {"trigger": found.trigger if found else ""},
    ]
    duty = result.duty
    if duty is not None and duty.due_on:
        day = {"day": f"{duty.due_on.year}年{duty.due_on.month}月{duty.due_on.day}日"}
        paragraphs.append(_("请于%(day)s前报送。") % day)
    return paragraphs


def _asked_line(result: Result) -> str:
    return f"{_graded(result)}，{duty_words(result.duty)}"


def duty_words(duty: Duty | None) -> str:
    """How far the explanation is: not asked, until when, received."""
    if duty is None:
        return _("尚未要求")
    words = {"day": duty.due_on.isoformat() if duty.due_on else "—", "state": duty.get_state_display()}
    if duty.answered_at is not None:
        return _("期限 %(day)s，%(at)s 收到（%(state)s）") % (
            words | {"at": duty.answered_at.date().isoformat()}
        )
    return _("期限 %(day)s，%(state)s") % words


def _eligible(result: Result) -> list[str]:
    words = {"unit": result.outcome.unit_words, "person": result.outcome.person_words}
    return [
        _first(result),
        _("单位评优资格：%(unit)s。") % words,
        _("主要负责人（书记）评优资格：%(person)s。") % words,
    ]


def _eligible_line(result: Result) -> str:
    words = {"unit": result.outcome.unit_words, "person": result.outcome.person_words}
    return f"{result.sheet.unit.name}：" + _("单位 %(unit)s；主要负责人 %(person)s") % words


def _counted(result: Result) -> list[str]:
    return [_first(result), _counted_line(result)]


def _counted_line(result: Result) -> str:
    words = {
        "unit": result.sheet.unit.name,
        "points": points_text(result.sheet.total_points),
        "weight": exact_text(weight_of(result.sheet)),
        "counted": exact_text(result.outcome.contribution),
    }
    return _("%(unit)s：%(points)s × %(weight)s = %(counted)s 分") % words


def _graded(result: Result) -> str:
    return _("%(unit)s，%(points)s 分，%(grade)s") % _facts(result)
