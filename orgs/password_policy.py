"""What a password may be: long and not guessable; where the site is under 等保 assessment, also of several kinds of characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from orgs.models import User

# What somebody guesses first of a portal like this one.
WORDS = (
    "tuanwei", "tuanyuan", "gongqingtuan", "gqt", "weixin", "wechat", "weibo", "tuanzhibu", "tuanshengwei", "qingnian", "youth",
    "league", "xuexiao", "daxue", "xueyuan", "xuesheng", "banji", "hainan", "anqing", "admin", "password", "mima", "团委", "团员", "团支部", "共青团", "微信", "微博",
    "青年", "密码", "学校", "大学", "学院", "学生", "班级", "姓名", "手机号", "手机",
)  # fmt: skip
LEFT_OVER = 4  # characters beside the words, years and running digits that make a password one's own
_UPWARDS = "|".join(f"{n}(?={n + 1})" for n in range(9))
# Years, digits that count upwards, one character again and again.
_RUNS = re.compile(rf"(?:{_UPWARDS}){{2,}}\d|(?:19|20)\d\d|(.)\1+")
KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[^a-zA-Z0-9]"))
KINDS_WANTED = 3


class PortalWordsValidator:
    """Refuses what consists of the portal's own words, years, running digits and the person's name and mobile."""

    def validate(self, password: str, user: User | None = None) -> None:
        rest = password.lower()
        mobile, name = getattr(user, "mobile", "") or "", (getattr(user, "name", "") or "").lower()
        own = [mobile, mobile[-8:], mobile[-6:], name]
        for word in (*filter(None, own), *WORDS):
            rest = rest.replace(word, "")
        rest = re.sub(r"[\W_]", "", _RUNS.sub("", rest))
        if len(rest) < LEFT_OVER:
            raise ValidationError(
                _("密码太容易猜到，请不要只用团委、微信、年份、手机号之类的字样。"), code="portal_words"
            )

    def get_help_text(self) -> str:
        return _("不要只用团委、微信、年份、手机号之类的字样。")


class CompositionValidator:
    """等保 身份鉴别 a): at least three of lower case, upper case, digits, others. Only with DJBH_PASSWORD_POLICY."""

    def validate(self, password: str, user: User | None = None) -> None:
        if sum(bool(kind.search(password)) for kind in KINDS) < KINDS_WANTED:
            raise ValidationError(
                _("密码须含大写字母、小写字母、数字、符号中的至少三种，请补充。"), code="composition"
            )

    def get_help_text(self) -> str:
        return _("含大写字母、小写字母、数字、符号中的至少三种。")
