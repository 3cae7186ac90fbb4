"""Errors of the assessment that a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import OrgsError


class ScoringError(OrgsError):
    """Base of this app's errors."""


class SchemeInvalid(ScoringError):
    default_message = _("考评方案有误，请按提示修改。")


class PointsOutOfRange(ScoringError):
    default_message = _("得分超出该项分值范围，请按0.1分的步长填写。")


class ReasonRequired(ScoringError):
    default_message = _("考评得分与系统计算不同，请填写调整理由。")


class SheetFinal(ScoringError):
    default_message = _("考评表已定稿，不能再修改。")
