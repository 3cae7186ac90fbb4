"""Closed vocabularies of the assessment."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Provenance(TextChoices):
    """Where a criterion comes from; a reconstructed one must be confirmed before a sheet can be finalised."""

    SOURCE = "source", _("原文")
    READING = "reading", _("按文意理解")
    RECONSTRUCTED = "reconstructed", _("原附件缺失，拟定内容，待团省委核定")


class SchemeState(TextChoices):
    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已核定")


class RuleKind(TextChoices):
    """How a criterion is scored (rules.py)."""

    DOCUMENTS = "documents", _("按文件")
    COUNT = "count", _("按次数")
    BANDS = "bands", _("按比例分档")
    PRESENCE = "presence", _("有无")
    JUDGED = "judged", _("考核小组评定")


class SheetState(TextChoices):
    SELF_ASSESSING = "self", _("自评中")
    ASSESSING = "assessing", _("考评中")
    FINAL = "final", _("已定稿")


class Grade(TextChoices):
    """SUP-4.3."""

    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")


class ConsequenceKind(TextChoices):
    """SUP-4.1c, SUP-4.4.3, SUP-4.4.4."""

    NOT_EXCELLENT = "not_excellent", _("不得评为优秀")
    CRITICISM = "criticism", _("通报批评")
    EXPLANATION = "explanation", _("书面情况说明")
    NO_AWARD = "no_award", _("取消当年评优资格")
