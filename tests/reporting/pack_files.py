"""A small valid pack and what tests do to it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

SHIPPED = sorted(Path(settings.BASE_DIR, "fixtures", "packs").glob("*.yaml"))
INVENTED = sorted(Path(settings.BASE_DIR, "tests", "samples", "packs").glob("*.yaml"))

SMALL = """\
code: small
title: 关于建群的通知
number: 琼团〔2026〕1号
issuer: 团省委
issued_on: 2026-11-01
unit: hi
contact:
  office: 学校部
  telephone: "65337204"
clauses:
  TRY-1: 各校建群。
  TRY-2: 每月报送总结。
events:
  - {code: fair, title: 招新, at: 2026-12-05}
phases:
  - {code: first, title: 第一阶段, starts: 2026-11-02, ends: 2026-11-20, clause: TRY-1}
  - {code: second, title: 第二阶段, starts: 2026-11-21, ends: 2026-12-31}
requirements:
  - code: groups
    title: 建立微信群
    clause: TRY-1
    kind: figure
    phase: first
    target: {kinds: [university]}
    rule: {metric: groups_link, threshold: 1}
  - code: summary
    title: 报送总结
    clause: TRY-2
    also: [TRY-1]
    kind: document
    target: {kinds: [university, county]}
    rule: {recurs: monthly}
    hard: false
    deadline: 2026-12-20 12:00
"""


def edited(old: str, new: str, text: str = SMALL) -> str:
    """The pack with one passage replaced; the passage must be there."""
    assert old in text
    return text.replace(old, new, 1)
