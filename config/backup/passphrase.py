"""Where the passphrase of a backup comes from: a file, the environment, or the keyboard; never the command line."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

SHORTEST = 12


def ask(file: str, *, is_new: bool) -> str:
    """The passphrase; a new one is typed twice and is not short. Raises CommandError."""
    if file:
        try:
            found = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"读不到口令文件 {file}。") from None
    elif settings.BACKUP_PASSPHRASE:
        found = settings.BACKUP_PASSPHRASE
    elif sys.stdin.isatty():
        found = getpass.getpass("备份口令：")
        if is_new and getpass.getpass("再输入一次：") != found:
            raise CommandError("两次输入的口令不同。")
    else:
        raise CommandError("没有口令。请设置 BACKUP_PASSPHRASE，或用 --passphrase-file 指定文件。")
    if is_new and len(found) < SHORTEST:
        raise CommandError(f"口令至少 {SHORTEST} 个字符。")
    if not found:
        raise CommandError("口令是空的。")
    return found
