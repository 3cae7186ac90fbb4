"""删除个人信息 (B6, PIPL 47): one person is taken out of all apps; closed weeks and everything final stay as they are."""

from __future__ import annotations
