"""Weeks as they were, and what superiors check: the weekly close, daily records, spot checks.

Nouns: ClosedWeek, WeekUnit; DailyRecord; SpotCheck; Bulletin.
Invariants: a closed week is computed from version rows as of Sunday 24:00 Asia/Shanghai and never changes, in the
database too; a figure has the one definition of docs/metrics.md; own and subtree figures stand side by side in one row;
a published bulletin is immutable likewise, with the figures of the edition that it names.
"""
