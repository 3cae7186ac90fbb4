"""Errors of the organisation app that a person can act on. `message` is Chinese and says what to do."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _


class OrgsError(Exception):
    """Base of every error of this product a person can act on."""

    default_message = _("操作没有完成，请稍后重试。")

    def __init__(self, message: object = None) -> None:
        self.message = str(message or self.default_message)
        super().__init__(self.message)


class NotAllowed(OrgsError, PermissionDenied):
    """The actor can see the object but may not do this to it; uncaught, it is answered with 403."""

    default_message = _("您没有办理这项工作的权限，请联系上级团委。")


class MayNotContain(OrgsError):
    default_message = _("上级团组织不能设立这种类型的下级团组织，请检查类型。")


class TreeBusy(OrgsError):
    default_message = _("组织架构正在调整，请稍后再试。")


class TreeBroken(OrgsError):
    default_message = _("组织架构数据不一致，请系统管理员运行 check_tree 检查。")


class InvalidUnit(OrgsError):
    default_message = _("团组织信息不完整，请补全后再保存。")


class UnusableFile(OrgsError):
    default_message = _("文件不能用来导入，请按说明准备表格后重试。")


class FileDamaged(OrgsError):
    """What stands on disk is not what was handed in."""

    default_message = _("文件已损坏或不在服务器上，打不开。请联系系统管理员从备份恢复。")


class InvitationUnusable(OrgsError):
    default_message = _("邀请链接已使用、已撤销或已过期，请联系上级团委重新发送。")


class MustAccept(InvalidUnit):
    """Nobody from elsewhere is given an office unasked: the person has to accept it by a link."""

    default_message = _("用这个手机号不能直接安排代理，请核对号码，或用邀请码请本人接受任职。")


class LinkAlreadyMade(OrgsError):
    """The same form was sent twice; the link stood in the first answer and nowhere else."""

    default_message = _("这份邀请的链接刚才已经生成，并且只显示过一次，没有重复生成。")


class IllegalMove(OrgsError):
    """A state table does not list this step."""

    default_message = _("当前状态不能办理这一步，请刷新页面后再看。")


class Conflict(OrgsError):
    """Somebody else saved or decided first."""

    default_message = _("内容已被他人更新，请刷新页面后核对。")


class JobLost(OrgsError):
    default_message = _("任务已由其他进程接手。")


class JobNotYet(OrgsError):
    """Something else has to be done first: the job waits in its row until then."""

    default_message = _("前面的任务还没有完成，这个任务先等待。")
