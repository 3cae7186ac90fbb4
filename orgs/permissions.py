"""What each role may do: one table ROLE -> verbs. Where a role may do it is the matter of `querysets/scope.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgs.choices import Role

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

VIEW = "view"  # units, registry, weeks of the own subtree
FILL = "fill"  # fill and submit the collection form of the unit
REVIEW = "review"  # approve and return forms of units below; decide about what they send up (报送)
REPORT_PACKAGE = "report_package"  # 上报: a direct unit hands its package to the province
ACCEPT_PACKAGE = "accept_package"
EDIT_UNITS = "edit_units"
EDIT_REGISTRY = "edit_registry"
MANAGE_PEOPLE = "manage_people"
LAUNCH_ROUND = "launch_round"
REMIND = "remind"
REVEAL = "reveal"  # one masked mobile, QQ or WeChat id at a time, logged
EXPORT = "export"
FULL_EXPORT = "full_export"  # a collection form with every number in full: with a reason, logged
VIEW_AUDIT = "view_audit"
RECORD_CHECK = "record_check"
VIEW_SHEET = "view_sheet"
SELF_ASSESS = "self_assess"
ASSESS = "assess"
MANAGE_SCHEMES = "manage_schemes"  # 考评: approve a scheme, open a year's sheets, confirm a flag
# 年度考评: open and run the assessment of the level directly below the own unit, and score in it (SUP-2.2.3).
RUN_ASSESSMENT = "run_assessment"
MANAGE_JOBS = "manage_jobs"
ERASE_PERSON = "erase_person"  # 删除个人信息 of somebody who has left, with a reason
CORRECT_WEEK = "correct_week"  # 更正: a new edition of a closed week, of all units at once
PUBLISH_BULLETIN = "publish_bulletin"  # 通报: write, publish and correct bulletins of the own unit
PUBLISH_NOTICE = "publish_notice"  # 通知、内容供给: to the units of the own subtree
DRAW = "draw"  # 抽样: draw a sample of the own subtree and assign inspectors
SUPERVISE = "supervise"  # 督导台账: talks, explanations, rectification and visits of units below
RUN_CAMPAIGN = "run_campaign"  # 工作部署: enter, launch and end a campaign in the own subtree

ROLE_VERBS: dict[str, frozenset[str]] = {
    # A unit with nobody but a secretary is assessed by the committee above it like any other (SUP-2.2.3).
    Role.SECRETARY: frozenset({VIEW, FILL, VIEW_SHEET, SELF_ASSESS}),
    Role.REVIEWER: frozenset(
        {VIEW, FILL, REVIEW, EDIT_UNITS, EDIT_REGISTRY, MANAGE_PEOPLE, REMIND, REVEAL, EXPORT}
        # The committee above assesses it (SUP-2.2.3): it sees its sheet and assesses itself.
        | {VIEW_SHEET, SELF_ASSESS}
    ),
    Role.COMMITTEE: frozenset(
        {
            VIEW,
            FILL,
            REVIEW,
            REPORT_PACKAGE,
            EDIT_UNITS,
            EDIT_REGISTRY,
            MANAGE_PEOPLE,
            REMIND,
            REVEAL,
            EXPORT,
            FULL_EXPORT,
            VIEW_AUDIT,
        }
        | {VIEW_SHEET, SELF_ASSESS, PUBLISH_BULLETIN, PUBLISH_NOTICE, RUN_CAMPAIGN, SUPERVISE}
        | {RUN_ASSESSMENT}
    ),
    Role.PROVINCE: frozenset(
        {
            VIEW,
            REVIEW,
            ACCEPT_PACKAGE,
            EDIT_UNITS,
            EDIT_REGISTRY,
            MANAGE_PEOPLE,
            LAUNCH_ROUND,
            REMIND,
            REVEAL,
            EXPORT,
            FULL_EXPORT,
        }
        | {VIEW_AUDIT, RECORD_CHECK, VIEW_SHEET, ASSESS, MANAGE_SCHEMES, FILL, PUBLISH_BULLETIN, CORRECT_WEEK}
        | {RUN_CAMPAIGN, PUBLISH_NOTICE, DRAW, SUPERVISE, RUN_ASSESSMENT, ERASE_PERSON}
    ),
    Role.AUDITOR: frozenset({VIEW, RECORD_CHECK, VIEW_SHEET, ASSESS, EXPORT}),
    Role.SYSADMIN: frozenset({VIEW, EDIT_UNITS, MANAGE_PEOPLE, VIEW_AUDIT, MANAGE_JOBS, ERASE_PERSON}),
}


def roles_with(verb: str) -> frozenset[str]:
    """Roles that may do it somewhere."""
    return frozenset(role for role, verbs in ROLE_VERBS.items() if verb in verbs)


def may(user: User, verb: str, unit: OrgUnit) -> bool:
    """Whether one of the person's appointments in force allows the verb in this unit."""
    return user.is_authenticated and user.units_in_charge().allowing(verb).covers(unit)


def may_anywhere(user: User, verb: str) -> bool:
    """Whether the verb is allowed in any unit: decides what a menu shows, never what a page answers."""
    return user.is_authenticated and bool(user.units_in_charge().allowing(verb).spans)
