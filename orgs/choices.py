"""Closed vocabularies of the organisation app: kinds, lines, roles, states and their limits."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Codes of unit kinds that code must name; names, children and flags are rows of UnitKind (UNI-1.2, SUP-1, RUR-2.3)."""

    NATIONAL = "national", _("团中央")
    PROVINCE = "province", _("省级团委")
    PREFECTURE = "prefecture", _("地市级团委")
    COUNTY = "county", _("县级团委")
    TOWNSHIP = "township", _("乡镇（街道）团委")
    VILLAGE = "village", _("村（社区）团支部")
    UNIVERSITY = "university", _("高校团委")
    COLLEGE = "college", _("院（系）团委")
    CLASS_BRANCH = "class_branch", _("班级团支部")
    MIDDLE_SCHOOL = "middle_school", _("中学团委")
    STUDENT_BODY = "student_body", _("学生会、社团")
    AFFILIATED_UNIT = "affiliated_unit", _("直属团组织")
    AFFILIATED_BODY = "affiliated_body", _("团属组织")
    BRAND_PROJECT = "brand_project", _("品牌项目")
    ENTERPRISE = "enterprise", _("企业团组织")
    INSTITUTION = "institution", _("事业单位团组织")
    OFFICE = "office", _("机关团组织")


class Line(TextChoices):
    """战线: the line of work a unit belongs to; a department of the province is responsible for lines (SUP-1.0)."""

    TERRITORY = "territory", _("市县")
    UNIVERSITY = "university", _("高校")
    SCHOOL = "school", _("中学")
    RURAL = "rural", _("农村")
    URBAN = "urban", _("城市、机关企事业")
    DIRECT = "direct", _("直属")


class Department(TextChoices):
    """Departments of a provincial committee that supervise (SUP-1.0, SUP-3)."""

    ORGANISATION = "organisation", _("组织部")
    SCHOOL = "school", _("学校部")
    RURAL = "rural", _("农村青年工作部")


# SUP-1.0: which lines a department works with. READING: the organisation department, where the leading group's
# office is, supervises cities, counties and everything below them except schools.
DEPARTMENT_LINES: dict[str, tuple[str, ...]] = {
    Department.ORGANISATION: (Line.TERRITORY, Line.URBAN, Line.DIRECT, Line.RURAL),
    Department.SCHOOL: (Line.UNIVERSITY, Line.SCHOOL),
    Department.RURAL: (Line.TERRITORY, Line.RURAL),
}


class Role(TextChoices):
    """What a person may do in the unit of an appointment and below; the table of verbs stands in permissions.py."""

    SECRETARY = "secretary", _("团支部书记（填报人）")
    REVIEWER = "reviewer", _("院系、乡镇审核人")
    COMMITTEE = "committee", _("高校、市县团委")
    PROVINCE = "province", _("团省委")
    AUDITOR = "auditor", _("考核小组")
    SYSADMIN = "sysadmin", _("系统管理员")


class OwnGroup(TextChoices):
    """Which group makes a unit count as "with group": member-facing for branches, a link group for committees."""

    MEMBER = "member", _("面向团员的群")
    LINK = "link", _("联系下级的群")
    NONE = "none", _("不要求建群")


class Measure(TextChoices):
    """What a base counts (metrics.md). The work basis and the assessment basis never stand in one table."""

    MEMBERS = "members", _("现有团员数（工作口径）")
    YOUTH = "youth", _("青年数")
    MEMBERS_2012 = "members_assessed", _("团员数（考评口径）")
    MEMBERS_REPORTED = "members_reported", _("前期上报团员数")
    ORGANISATIONS = "organisations", _("下属团组织数")


class JobState(TextChoices):
    QUEUED = "queued", _("排队")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")


LONGEST_NAME = 120
LONGEST_CODE = 40
