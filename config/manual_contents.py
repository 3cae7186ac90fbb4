"""The manual as data: its guides and chapters, and which section is about which page.

A section is a `<section id=…>` of `templates/help/<topic>.html`; every URL name stands under exactly one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from orgs.choices import Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the manual. `roles`: whose start page offers it first; none for a chapter about pages."""

    slug: str
    title: _StrPromise
    about: _StrPromise
    icon: str
    roles: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


PUBLIC = "sign-in"  # what somebody needs who cannot sign in yet

GUIDES = (
    Topic(
        "secretary", _("团支部书记"), _("手机上填报、修改、看回执"), "device-mobile", roles=(Role.SECRETARY,)
    ),
    Topic(
        "college", _("院系、乡镇审核人"), _("审核、退回、提醒、邀请支部书记"), "checklist", (Role.REVIEWER,)
    ),
    Topic("committee", _("高校、市县团委"), _("审核、上报、确认周报、发通知"), "upload", (Role.COMMITTEE,)),
    Topic("province", _("团省委"), _("一周的情况、通报、部署、抽查、考评"), "chart-bar", (Role.PROVINCE,)),
    Topic(
        "inspector",
        _("抽查人员"),
        _("在手机上登记抽查，没有网络也能用"),
        "eye",
        (Role.AUDITOR, Role.PROVINCE),
    ),
    Topic(
        "assessor",
        _("考核小组"),
        _("独立评分、看得分依据、商定、定稿"),
        "writing",
        (Role.AUDITOR, Role.PROVINCE),
    ),
    Topic(
        "auditor",
        _("查阅和审计"),
        _("谁在何时改了什么、看了什么"),
        "history",
        (Role.SYSADMIN, Role.PROVINCE, Role.COMMITTEE),
    ),
    Topic("sysadmin", _("系统管理员"), _("安装、运行、备份、第一批账户"), "settings", (Role.SYSADMIN,)),
)

CHAPTERS = (
    Topic(PUBLIC, _("登录和账户"), _("接受邀请、登录、密码、双重验证、官方账号核验"), "login"),
    Topic("desk", _("工作台、消息和查找"), _("今天要做的事、消息、搜索、常用视图"), "home"),
    Topic("fill", _("填报"), _("收集表、回执、退回、延期、日常变更"), "device-mobile"),
    Topic("annex", _("用 Excel 填报"), _("下载、上传、核对、更正、撤销"), "file-upload"),
    Topic("review", _("审核"), _("批量通过、退回、撤销、快捷键"), "checklist"),
    Topic("progress", _("填报任务、提醒和上报"), _("发起、催收、延期、免报、上报、接收"), "send"),
    Topic("registry", _("登记信息"), _("账号、群、管理员、争议、不良信息、账号发放"), "list-details"),
    Topic("units", _("团组织"), _("查找、新增、更名、调整、底数、毕业换届"), "sitemap"),
    Topic("people", _("人员与邀请码"), _("邀请、交接、代理、停用、年度确认"), "users"),
    Topic("weekly", _("周报"), _("看数、确认、报送、更正、导出"), "chart-bar"),
    Topic("activity", _("日常记录和活动"), _("每日发布、活动登记、统计接口"), "check"),
    Topic("campaigns", _("工作部署"), _("要求、进度、报送材料、计划数、写部署"), "target"),
    Topic("notices", _("通知、通报和交流"), _("签收、发布、内容供给、报送、投票、定向消息"), "speakerphone"),
    Topic("checks", _("抽查"), _("抽样、登记、异议、核减"), "eye"),
    Topic("supervision", _("督导台账"), _("更换要求、约谈、书面说明、走访"), "shield-check"),
    Topic("assessment", _("年度考评"), _("自评、评分、佐证、结果、方案"), "writing"),
    Topic("system", _("日志、接口和运行状态"), _("变更与日志、接口令牌、运行状态"), "settings"),
)

TOPICS = {each.slug: each for each in (*GUIDES, *CHAPTERS)}
