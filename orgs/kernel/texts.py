"""Text as it is stored, whether it was typed or read from a file. Pure."""

from __future__ import annotations

import re
import unicodedata

_WIDE_ASCII = {
    code: code - 0xFEE0
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for code in range(ord(first), ord(last) + 1)
}
_JOINER, _EMOJI_SELECTOR = "\u200d", "\ufe0f"
_PLAIN = re.compile(r"[ -~\u3001-\u303e\u4e00-\u9fff\uff08\uff09\uff0c\uff1a]*")


def clean(text: str) -> str:
    """A cell as it is stored: trimmed, without control, bidi and zero-width characters, wide letters and digits narrowed.

    Line breaks stay, other white space becomes a blank; full-width punctuation stays, as names are written with it;
    the joiner stays between emoji.
    """
    if _PLAIN.fullmatch(text):
        return text.strip(" \u3000")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_WIDE_ASCII)
    kept = "".join(_kept(text, index, char) for index, char in enumerate(text))
    # Composed last: what stood apart because of a hidden character is one letter now.
    return unicodedata.normalize("NFC", kept).strip()


def _kept(text: str, index: int, char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if char == _JOINER:
        return char if _joins_emoji(text, index) else ""
    if category in ("Zs", "Zl", "Zp") or char in "\t\v\f\x85":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") else char


def _joins_emoji(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    is_emoji_before = before == _EMOJI_SELECTOR or (before and unicodedata.category(before) in ("So", "Sk"))
    return bool(is_emoji_before and after and unicodedata.category(after) == "So")
