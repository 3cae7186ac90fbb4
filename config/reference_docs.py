"""Documents that are written from the code, so that they cannot be wrong: permissions, data dictionary, pack and scheme files, licences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from config import licences
from config.integrity import CHECKS
from config.personal_data import INVENTORY, NOT_OF_PERSONS
from orgs.choices import DEPARTMENT_LINES, Department, Line, Role
from orgs.kernel.crypto import EncryptedJSONField, EncryptedTextField
from orgs.operations.appointing_rights import MAY_APPOINT
from orgs.permissions import ROLE_VERBS
from reporting.campaign_metrics import CAMPAIGN_METRICS, NEEDS, PERIODIC
from reporting.figures import FIGURES
from reporting.packs import layout
from scoring import scheme_layout
from scoring.choices import NUMBERS, OF_YEAR, Metric, RuleKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.kernel.shapes import Record

APPS = ("orgs", "accounts", "reporting", "scoring")
NOTICE = "<!-- Written by `python3 manage.py write_docs`; a test compares it with the code. -->"


# Invariants of reliability.md section 2 that no check looks at.
PROVED_ELSEWHERE = (
    [
        "A2",
        "在用账号在本级或上级有管理员",
        "没有管理员的账号是要办理的事，不是错误：登记页和首页列出，周报计数（`orgs_with_admin`）",
    ],
    [
        "A5",
        "文字没有看不见的字符",
        "文件读入时去除（`orgs/kernel/texts.py`，`tests/accounts/test_upload_classes.py`）；页面上填写的去除首尾空格和空字符，其余按原样保存，比对时归一（`tests/accounts/test_naming.py`）",
    ],
    [
        "R3（逐人）",
        "管理员人数按人计，不重复",
        "`tests/reporting/test_rollup_persons.py` 与另一种算法逐一比较；`week-persons` 只看每周的数是否矛盾",
    ],
    ["J4", "任务不久等", "`doctor` 和运行状态（等待超过 15 分钟即报），`tests/config/test_operations.py`"],
)


def permissions() -> str:
    """Roles × verbs, departments × lines, and who may appoint whom."""
    verbs = sorted({verb for verbs in ROLE_VERBS.values() for verb in verbs})
    rows = [
        [f"`{verb}`", *("●" if verb in ROLE_VERBS[role] else "" for role in Role.values)] for verb in verbs
    ]
    lines = [
        [
            str(Department(each).label),
            *("●" if line in DEPARTMENT_LINES[each] else "" for line in Line.values),
        ]
        for each in Department.values
    ]
    appoint = [
        [str(Role(role).label), "、".join(str(Role(each).label) for each in Role.values if each in whom)]
        for role, whom in MAY_APPOINT.items()
    ]
    parts = [
        "# Who may do what",
        NOTICE,
        "A role counts in the unit of the appointment and below it (SUP-2.0), while the appointment is in force. What lies outside does not exist:"
        " pages answer 404, lists and searches leave it out. A role without the verb is answered 403.",
        _table(["verb", *(str(label) for label in Role.labels)], rows),
        "An auditor is appointed to each unit of the assessment group; the national office sees every province."
        " A new edition of a week is one of all units: `correct_week` takes an office without lines, and where several provinces"
        " stand side by side the national one.",
        "## Departments of a province (SUP-1.0)",
        _table(["department", *(str(label) for label in Line.labels)], lines),
        "## Who may appoint whom",
        _table(["role", "may invite"], appoint),
    ]
    return "\n\n".join(parts) + "\n"


def data_dictionary() -> str:
    """Every table of ours: fields, types, meaning; encrypted fields are marked."""
    parts = [
        "# Data dictionary",
        NOTICE,
        "🔒 = personal data, encrypted at rest. Times are UTC in the database, Asia/Shanghai on pages.",
    ]
    for app in APPS:
        parts.append(f"## {app}")
        for model in apps.get_app_config(app).get_models():
            parts += [
                f"### {model.__name__}\n\n`{model._meta.db_table}`. {_first_paragraph(model)}",
                _table(["field", "type", "meaning"], _fields(model)),
            ]
    return "\n\n".join(parts) + "\n"


def _fields(model: type[models.Model]) -> Iterator[list[str]]:
    for field in model._meta.concrete_fields:
        mark = "🔒 " if isinstance(field, (EncryptedTextField, EncryptedJSONField)) else ""
        target = f" → {field.related_model.__name__}" if isinstance(field, models.ForeignKey) else ""
        null = "?" if field.null else ""
        meaning = str(field.verbose_name) if field.verbose_name != field.name.replace("_", " ") else ""
        choices = " / ".join(str(key) for key, _label in field.choices or ())
        words = "; ".join(part for part in (meaning, str(field.help_text), choices) if part)
        yield [
            f"{mark}`{field.attname}`",
            f"{field.get_internal_type().removesuffix('Field')}{null}{target}",
            words.replace("|", "\\|"),
        ]


def _first_paragraph(model: type[models.Model]) -> str:
    return (
        " ".join((model.__doc__ or "").split("\n\n")[0].split()) if "(id" not in (model.__doc__ or "") else ""
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def pack_schema() -> str:
    """The JSON Schema of a campaign pack, for editors."""
    return json.dumps(layout.json_schema(), ensure_ascii=False, indent=1) + "\n"


def pack_keys() -> str:
    """Every key of a campaign pack, and every metric a requirement may look at."""
    figures = "、".join(f"`{name}`" + ("*" if name in PERIODIC else "") for name in FIGURES)
    metrics = [
        [
            f"`{name}`" + ("*" if name in PERIODIC else ""),
            str(words),
            f"`{NEEDS[name]}`" if name in NEEDS else "",
        ]
        for name, words in CAMPAIGN_METRICS.items()
    ]
    parts = [
        "# Keys of a campaign pack",
        NOTICE,
        "How to write one: [packs.md](packs.md). For editors: [pack.schema.json](pack.schema.json). ● = must be there.",
        *(f"## {title}\n\n{_keys(record)}" for title, record in layout.PARTS.items()),
        f"## Metrics\n\nThe weekly figures ([metrics.md](metrics.md)): {figures}.",
        "And those that only campaigns ask for; `*` stands where a requirement must say `recurs`:",
        _table(["metric", "meaning", "needs"], metrics),
    ]
    return "\n\n".join(parts) + "\n"


def scheme_schema() -> str:
    """The JSON Schema of an assessment scheme, for editors."""
    return json.dumps(scheme_layout.json_schema(), ensure_ascii=False, indent=1) + "\n"


def scheme_keys() -> str:
    """Every key of a scheme file, every rule, and every metric a criterion may be computed from."""
    metrics = [
        [
            f"`{each}`",
            str(each.label),
            "●" if each in NUMBERS else "",
            "●" if each in OF_YEAR else "",
        ]
        for each in Metric
    ]
    parts = [
        "# Keys of an assessment scheme",
        NOTICE,
        "How to write one: [schemes.md](schemes.md). For editors: [scheme.schema.json](scheme.schema.json). ● = must be there.",
        *(f"## {title}\n\n{_keys(record)}" for title, record in scheme_layout.PARTS.items()),
        "## Rules",
        _table(["rule", "meaning"], [[f"`{each}`", str(each.label)] for each in RuleKind]),
        "## Metrics\n\nA number is no share: bands compare it as it is. What is of the whole year can't be measured by weeks and months. `figures`"
        " takes any weekly figure ([metrics.md](metrics.md)) as `part`, divided by another as `base`.",
        _table(["metric", "meaning", "a number", "of the year"], metrics),
    ]
    return "\n\n".join(parts) + "\n"


def integrity() -> str:
    """What `check_integrity` looks at, and what is to be done about it."""
    rows = [[f"`{each.name}`", each.rule, str(each.title), str(each.remedy)] for each in CHECKS]
    return (
        f"{NOTICE}\n# 数据完整性检查\n\n`manage.py check_integrity` 的 {len(CHECKS)} 项检查。每项有一个预先埋下的错误，"
        "测试证明只有这一项发现它（`tests/config/test_check_integrity.py`）。\n\n"
        + _table(["检查", "规则", "应当成立", "不成立时怎么办"], rows)
        + "\n## 不在检查之列\n\n以下规则不是数据的对错，或每天在别处核对：\n\n"
        + _table(["规则", "应当成立", "在哪里保证"], PROVED_ELSEWHERE)
    )


def _keys(record: Record) -> str:
    return _table(
        ["key", "", "meaning"],
        ([f"`{name}`", "●" if key.is_required else "", str(key.words)] for name, key in record.keys.items()),
    )


def personal_data() -> str:
    """B1: every field with something of a person."""
    sealed = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (EncryptedTextField, EncryptedJSONField))
    }
    rows = [
        [f"{'🔒 ' if name in sealed else ''}`{name}`", held.purpose, held.readers, held.kept]
        for name, held in INVENTORY.items()
    ]
    parts = [
        "# Personal data: what is kept, what for, who sees it, until when",
        NOTICE,
        "🔒 = encrypted at rest (`FIELD_KEYS`). A test compares this list with the models: a text that is encrypted, or is called"
        " 姓名, 手机, 电话, QQ, 微信, 邮箱, 责任人 or 联系方式, stands here or below. No identity cards, no rosters of members.",
        _table(["field", "what for", "who sees it in full", "kept"], rows),
        "Reasons, remarks and messages are free text: pages ask not to name persons in them, and 删除个人信息 takes the words of a"
        " person out of them. Backups expire with the site's rule ([backup.md](backup.md)), after 90 days at the latest; after a"
        " restore, an erasure that is younger than the backup is to be repeated.",
        "## Called alike, but not of persons",
        _table(["field", "why"], ([f"`{name}`", why] for name, why in NOT_OF_PERSONS.items())),
    ]
    return "\n\n".join(parts) + "\n"


DOCUMENTS = {
    "personal-data.md": personal_data,
    "integrity.md": integrity,
    "licences.md": licences.document,
    "permissions.md": permissions,
    "data-dictionary.md": data_dictionary,
    "pack-keys.md": pack_keys,
    "pack.schema.json": pack_schema,
    "scheme-keys.md": scheme_keys,
    "scheme.schema.json": scheme_schema,
}
