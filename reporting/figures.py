"""Names of the weekly figures, in one place: the snapshot's columns, the roll-up and the pages all read this list.

Each figure has two columns in WeekUnit: `own_<name>` and `sub_<name>` (the unit and everything below it).
Definitions: docs/metrics.md.
"""

from __future__ import annotations

# What stood at Sunday 24:00 in units in operation then. Additive: sub = own + sum of the children's sub.
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
    "covered_members",  # declared, raw
    "groups_min_ok",  # member-facing groups with at least 40 outstanding members (UNI-2.1)
    "reach",
    "expected",
    "submitted",
    "approved",
    "returned",
    "overdue",
)
# What happened in the week, in units in operation at any time in it. Additive.
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
# Additive as well, but NULL in weeks that were closed before the figure was there.
LATER = (
    "follows_superior",  # units with an open own account that follows the superior's
    "requirements",  # of running campaigns, as far as they ask the unit
    "requirements_met",
    "requirements_overdue",  # hard ones that are not met after their deadline
)
# Numbers a unit gives of its own free will.
VOLUNTARY = (
    "cadres",
    "cadres_with_account",  # UNI-1.2.3
    "cadres_min_ok",  # cadres in touch with at least 20 youths (RUR-2.1)
)
# Additive over the children that have it, NULL where nobody has: not asked for, or not recorded.
MISSING_OR_ADDITIVE = ("covered_youth", *VOLUNTARY)
# People counted once in the unit and once in each subtree: no sum (R3).
DISTINCT = ("admin_persons",)  # behind the administratorships in office
# A base recorded for a unit settles these for the unit and everything below it (metrics.md).
SETTLED = (
    "base_missing",  # units that hold members without a base, not settled by a superior's
    "covered_capped",  # the numerator of coverage: min(covered, base) over units that hold members
    "covered_without_base",  # covered members that no base stands against yet, left out of the numerator
)
# Bases: own_ = recorded for the unit (or NULL), sub_ = as resolved: the recorded one, else the sum of the children's.
BASES = ("base_members", "base_youth")
FIGURES = ADDITIVE + LATER + MISSING_OR_ADDITIVE + DISTINCT + SETTLED + BASES
DIGEST_FORM = 2  # `ClosedWeek.digest_form` of what is closed now: the digest covers every figure
# What the digest of a week leaves out that was closed before these figures were there (`ClosedWeek.digest_form` 1).
NOT_IN_FIRST_DIGEST = frozenset((*LATER, *VOLUNTARY, *DISTINCT))
