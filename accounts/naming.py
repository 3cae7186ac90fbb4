"""Regular names and the normal form of account ids (UNI-3.2b). Pure: text in, text out."""

from __future__ import annotations

import re
import unicodedata

from orgs.kernel.texts import clean

WECHAT_GROUP = "微信群"
UNIFORM = "uniform"  # the pattern of a campaign that asks for the regular name
# `xx学校（或其他团组织名称）团委（团支部\总支）微信群（讨论组）`; a number may tell several groups of one unit apart.
# Campaigns judge by it in SQL, on both engines: nothing in it that one of them reads otherwise.
REGULAR = "(.+(团委|团工委|团支部|总支)|.*共青团.+委(员会)?)(微信群|讨论组)[0-9０-９一二三四五六七八九十]*群?"
_REGULAR = re.compile(REGULAR)
_ENDS_WITH_LEAGUE_WORD = re.compile(r"(团委|团工委|团支部|总支|共青团.*委|委员会)$")
# What most cells are made of; nothing in it is white space, hidden, or has another spelling.
_PLAIN = re.compile(r"[!-~\u3001-\u303e\u4e00-\u9fff\uff08\uff09\uff0c\uff1a]*")
_ASCII = re.compile(r"[!-~]*")
_COMMITTEE = re.compile(r"(团委|团工委|委员会|团总支|团支部)$")


def clean_text(text: str) -> str:
    """The text as it is stored, whether typed or read from a file: `clean`, and runs of white space as one (A5, A6)."""
    if _PLAIN.fullmatch(text):
        return text
    return " ".join(clean(text).split())


def clean_identifier(text: str) -> str:
    """An account id or number as it is stored: full-width characters made narrow, no white space."""
    if _ASCII.fullmatch(text):
        return text
    return "".join(clean_text(unicodedata.normalize("NFKC", text)).split())


def identifier_key(identifier: str) -> str:
    """The form in which two spellings of one account id are equal (invariant A1)."""
    return clean_identifier(identifier).casefold()


def regular_name(unit_name: str, school: str = "") -> str:
    """The uniform name of a unit's WeChat group (UNI-3.2b).

    `school` is the name of the university committee above; it leads where the unit's own name lacks it.
    """
    name = clean_text(unit_name)
    prefix = _COMMITTEE.sub("", clean_text(school))
    if prefix and prefix not in name:
        name = prefix + name
    if not _ENDS_WITH_LEAGUE_WORD.search(name):
        name += "团委"
    return name + WECHAT_GROUP


def is_regular(nickname: str) -> bool:
    """Whether a nickname follows the uniform naming rule (UNI-3.2b). A deviation is pointed out, never refused."""
    return bool(_REGULAR.fullmatch("".join(clean_text(nickname).split())))


def follows(name: str, pattern: str, unit_name: str) -> bool:
    """Whether a name is of a campaign's pattern: `uniform`, or `*` for any text and `{name}` for the unit's own name."""
    if pattern == UNIFORM:
        return is_regular(name)
    own, told = _joined(unit_name), _joined(name)
    first, *rest = _joined(pattern).replace("{name}", own).split("*")
    if not rest:
        return told == first
    *middle, last = rest
    if not told.startswith(first):
        return False
    # Each part at its first place leaves most room for those that follow.
    place = len(first)
    for part in middle:
        found = told.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return told.endswith(last) and len(told) - len(last) >= place


def _joined(text: str) -> str:
    return "".join(clean_text(text).split()).lower()
