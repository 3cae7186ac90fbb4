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
    CADRES = "cadres", _("团干部数（自愿填报）")
    # UNI-1.2.3: of the cadres' personal accounts the portal keeps a number only, given of their own free will.
    CADRES_WITH_ACCOUNT = "cadres_account", _("已使用微信的团干部数（自愿填报）")
    CADRES_IN_TOUCH = (
        "cadres_in_touch",
        _("联系青年达到要求的团干部数（自愿填报）"),
    )  # RUR-2.1: 20 youths each


class JobState(TextChoices):
    QUEUED = "queued", _("排队")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")
    CANCELLED = "stopped", _("已取消")


class RequestKind(TextChoices):
    """What a unit may ask its superior to change."""

    NAME = "name", _("更名")
    CONTACT = "contact", _("联系方式")
    BASE = "base", _("底数")


class RequestState(TextChoices):
    OPEN = "open", _("待办理")
    APPROVED = "approved", _("已同意")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


REQUEST_MOVES: dict[str, frozenset[str]] = {
    RequestState.OPEN: frozenset({RequestState.APPROVED, RequestState.REFUSED, RequestState.WITHDRAWN}),
    RequestState.APPROVED: frozenset(),
    RequestState.REFUSED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
}


class DeliveryState(TextChoices):
    """A mail that carries a message: what became of it."""

    WAITING = "waiting", _("待发送")  # also: held back in quiet hours
    SENT = "sent", _("已发送")
    FAILED = "failed", _("未送达")


class NotificationKind(TextChoices):
    """What a message is about; the words are the subject line of its mail."""

    SUBMISSION_RETURNED = "submission_returned", _("收集表被退回")
    SUBMISSION_APPROVED = "submission_approved", _("收集表已通过审核")
    REMINDED = "reminded", _("填报提醒")
    EXTENSION_DECIDED = "extension_decided", _("延期申请已办理")
    PACKAGE_REPORTED = "package_reported", _("收到上报")
    PACKAGE_ACCEPTED = "package_accepted", _("上报已签收")
    PACKAGE_RETURNED = "package_returned", _("上报被退回")
    INCIDENT_RECORDED = "incident_recorded", _("登记了不良信息")
    INCIDENT_GRADED = "incident_graded", _("不良信息认定有变化")
    ADMIN_DEMANDED = "admin_demanded", _("上级要求更换管理员")
    ADMIN_DEMAND_ANSWERED = "admin_demand_answered", _("更换管理员的要求有变化")
    CHANGE_REQUEST_ASKED = "change_request_asked", _("收到变更申请")
    CHANGE_REQUEST_DECIDED = "change_request_decided", _("变更申请已办理")
    CONFIRMATION = "confirmation", _("年度确认")
    DISPUTE_OPENED = "dispute_opened", _("账号归属有争议")
    DISPUTE_SETTLED = "dispute_settled", _("账号争议已办结")
    BULLETIN_PUBLISHED = "bulletin_published", _("收到通报，待签收")
    BULLETIN_NOTICE = "bulletin_notice", _("通报发布前告知")
    ACCOUNT_HANDED = "account_handed", _("账号发放")
    FILE_READY = "file_ready", _("导出的文件已生成")
    DUTY_MADE = "duty_made", _("上级提出督导事项")
    DUTY_ANSWERED = "duty_answered", _("督导事项有变化")
    NOTICE_PUBLISHED = "notice_published", _("收到通知")
    CONTRIBUTION_SENT = "contribution_sent", _("收到报送")
    CONTRIBUTION_DECIDED = "contribution_decided", _("报送已办理")
    DIRECTED_MESSAGE = "directed_message", _("收到定向消息")
    CHECKS_ASSIGNED = "checks_assigned", _("分派了抽查样本")
    CHECK_RECORDED = "check_recorded", _("抽查结果")
    CHECK_OBJECTED = "check_objected", _("对抽查结果有异议")
    OBJECTION_DECIDED = "objection_decided", _("抽查异议已办结")
    HAND_IN_RETURNED = "hand_in_returned", _("报送的材料被退回")
    ASSESSMENT_OPENED = "assessment_opened", _("年度考评开始自评")
    ASSESSMENT_EXTENDED = "assessment_extended", _("年度考评延期")
    SELF_ASSESSMENT_DUE = "self_assessment_due", _("年度自评将截止")
    SHEET_NOTIFIED = "sheet_notified", _("考评结果告知")
    SHEET_OBJECTED = "sheet_objected", _("收到考评异议")
    SHEET_OBJECTION_ANSWERED = "sheet_objection_answered", _("考评异议已答复")
    RESULTS_PUBLISHED = "results_published", _("考评结果公布")


# What somebody must do something about also goes out by mail; the rest waits in the portal.
MAILED_KINDS = frozenset(
    {
        NotificationKind.SUBMISSION_RETURNED,
        NotificationKind.REMINDED,
        NotificationKind.PACKAGE_RETURNED,
        NotificationKind.HAND_IN_RETURNED,
        NotificationKind.ADMIN_DEMANDED,
        NotificationKind.DUTY_MADE,
        NotificationKind.SELF_ASSESSMENT_DUE,
        NotificationKind.SHEET_NOTIFIED,
        NotificationKind.SHEET_OBJECTED,
    }
)
LONGEST_NAME = 120
LONGEST_CODE = 40
