"""Names of the weekly figures, in one place: the snapshot's columns, the roll-up and the pages all read this list.

Each ADDITIVE figure has two columns in WeekUnit: `own_<name>` and `sub_<name>` (the unit and everything below it).
Definitions: docs/metrics.md.
"""

from __future__ import annotations

STOCKS = (
    "orgs",  # League organisations in operation
    "orgs_with_account",
    "orgs_with_group",
    "orgs_with_admin",
    "accounts_personal",
    "accounts_public",
    "accounts_weibo",
    "accounts_other",
    "accounts_dormant",
    "groups_member",  # declared by the form or registered, member-facing
    "groups_link",
    "groups_dedicated",
    "groups_other",
    "groups_dormant",
    "admins",
    "holders",  # units in operation that hold members
    "unreported",  # of those: nothing approved
    "base_missing",  # of those: no base recorded for them or above (metrics.md)
    "covered_members",  # declared, raw
    "covered_capped",  # min(covered, base) over units that hold members
    "covered_youth",
    "groups_min_ok",  # member-facing groups with at least 40 outstanding members (UNI-2.1)
    "reach",
    "expected",
    "submitted",
    "approved",
    "returned",
    "overdue",
)
FLOWS = (
    "opened",
    "closed",
    "changed",
    "admin_changed",
    "posts",
    "active_days",
    "groups_active",
    "channels_recorded",  # channels with a daily record this week
    "checks",
    "checks_poor",
)
ADDITIVE = STOCKS + FLOWS
# Bases are not additive: a figure recorded for a node settles that node. own_ = recorded here (or NULL), sub_ = as resolved.
BASES = ("base_members", "base_youth")
