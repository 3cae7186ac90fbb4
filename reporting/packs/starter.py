"""模板: the text a person starts a pack from, valid as it stands, with a line of advice where one is needed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from datetime import date

_TEXT = """\
# {advice}
code: notice-{code}          # {code_advice}
title: {title}
# number: {number_advice}
issuer: {issuer}
issued_on: {today}
clauses:                       # {clauses_advice}
  A-1: {clause_groups}
  A-2: {clause_report}
phases:
  - {{code: building, title: {phase}, starts: {today}, ends: {soon}, clause: A-1}}
requirements:
  # {figure_advice}
  - code: class-group
    title: {groups}
    clause: A-1
    kind: figure
    phase: building
    target: {{kinds: [class_branch]}}
    rule: {{metric: groups_member, threshold: 1}}
  # {document_advice}
  - code: summary
    title: {report}
    clause: A-2
    kind: document
    target: {{kinds: [university, county]}}
    rule: {{title: {report}}}
    deadline: {later} 18:00
"""


def starter(issuer: str, today: date) -> str:
    """A small pack in the name of the unit, from today on."""
    words = {
        "advice": _("井号后面是说明，可以删去。改好后点“核对”，有问题会逐行指出"),
        "code_advice": _("小写字母、数字和连字符，全平台不重复"),
        "number_advice": _("文号；有文号就写在这里，并删去行首的井号"),
        "clauses_advice": _("通知的条款：代号和大意，下面的要求都要引用其中一条"),
        "figure_advice": _("指标要求：建群数不少于1个。截止以所属阶段的截止为准，为当天24时"),
        "document_advice": _("报送材料"),
    }
    quoted = {
        "title": _("关于……的通知"),
        "issuer": issuer,
        "clause_groups": _("各团支部建立微信群。"),
        "clause_report": _("报送工作总结。"),
        "phase": _("建群"),
        "groups": _("团支部建立微信群"),
        "report": _("工作总结"),
    }
    days = {"today": today, "soon": today + timedelta(days=30), "later": today + timedelta(days=45)}
    # JSON's quotes are YAML's too: a name may hold a colon.
    written = {name: json.dumps(text, ensure_ascii=False) for name, text in quoted.items()}
    return _TEXT.format(code=f"{today:%Y%m%d}", **words, **written, **days)
