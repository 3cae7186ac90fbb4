"""Errors of the assessment that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import OrgsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.kernel.shapes import Problem


class ScoringError(OrgsError):
    """Base of this app's errors."""


class SchemeInvalid(ScoringError):
    """A scheme file that can't be loaded; `problems` names line, key and remedy of each."""

    default_message = _("考评方案有误，请按提示修改。")

    def __init__(self, message: object = None, *, problems: Sequence[Problem] = ()) -> None:
        self.found = list(problems)
        self.problems = [str(each) for each in problems]
        super().__init__("\n".join([str(message or self.default_message), *self.problems]))


class PointsOutOfRange(ScoringError):
    default_message = _("得分超出该项分值范围，请按0.1分的步长填写。")


class ReasonRequired(ScoringError):
    default_message = _("考评得分与系统计算不同，请填写调整理由。")


class ScoresRefused(ScoringError):
    """Some entries were refused, so none was kept; `errors` names the error of each criterion by its code."""

    default_message = _("有得分没有保存，请按提示更正。")

    def __init__(self, errors: dict[str, ScoringError]) -> None:
        self.errors = errors
        super().__init__()


class SheetFinal(ScoringError):
    default_message = _("考评表已定稿，不能再修改。")


class SheetProposed(ScoringError):
    default_message = _("考评表已提出定稿，正等待另一人确认，不能修改。需要修改的，请先撤回定稿。")


class ResultNotified(ScoringError):
    default_message = _("考评结果已告知单位，得分不能再改；异议成立的评分点，请在“结果与定稿”页按异议更正。")


class NotReady(ScoringError):
    """The sheet can't take this step yet; the message says what is missing."""

    default_message = _("考评表还不能定稿，请先补齐。")


class NoSuchScheme(ScoringError):
    default_message = _("没有这个代码和版本的考评方案，请检查，或先用 load_scheme 读入。")


class NoSuchSheet(ScoringError):
    default_message = _("没有这张考评表，请先在年度考评中建立。")


class SheetFileRefused(ScoringError):
    """A filled file that isn't taken at all; the message says why and what to do."""

    default_message = _("不能识别这个文件，请重新从系统下载考评表，填写后上传。")


class EvidenceRefused(ScoringError):
    """A paper that can't be evidence; the message says why."""

    default_message = _("这份材料不能作为佐证。")


class EvidenceTaken(EvidenceRefused):
    """One paper counts once on a sheet."""

    default_message = _("这份材料已是另一个评分点的佐证，一份材料只计一次。")
