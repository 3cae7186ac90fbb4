"""How each kind of personal datum is shown where it may not be read: one table for forms, files and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgs.kernel.crypto import mask_id, mask_mobile, mask_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# By type of a form's field, which is the name of the registry's field too.
MASKS: Mapping[str, Callable[[str | None], str]] = {
    "name": mask_name,
    "nickname": mask_name,
    "mobile": mask_mobile,
    "qq": mask_id,
    "wechat_id": mask_id,
    "email": mask_id,
}
