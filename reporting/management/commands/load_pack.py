"""`load_pack FILE`: a campaign from a pack file (docs/packs.md); a second run changes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from orgs.templatetags.league import until
from reporting.exceptions import PackInvalid
from reporting.operations import campaign_checks, campaigns, pack_trials
from reporting.packs import parse

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from reporting.operations.campaign_checks import Preview
    from reporting.operations.pack_burden import Asked
    from reporting.operations.pack_trials import Trial, Tried
    from reporting.packs import Pack

OUTCOMES = {"created": "新的部署", "updated": "新的版本", "unchanged": "没有变化"}


class Command(PortalCommand):
    """Checks, and loads in one transaction; with problems nothing is written and the exit code is 1."""

    help = "读入工作部署（YAML）。内容相同不作改动；内容有变化另存为新版本，已有的评判不变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="部署文件（YAML，UTF-8）")
        parser.add_argument(
            "--unit", metavar="CODE", default="", help="部署单位的代码；不写则用文件里的 unit"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="只检查和试算：多少单位填报多少项、现在有多少已达到、哪些名称不符合，不写入",
        )
        parser.add_argument("--launch", action="store_true", help="读入后启动（仍待启动的）")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            pack = parse(_text(options["file"]))
            unit = _unit(options["unit"])
            preview = campaign_checks.preview(pack, unit=unit)
            trial = pack_trials.try_out(pack, unit=unit) if options["dry_run"] else None
            if not options["dry_run"]:
                campaigns.load_pack(pack, unit=unit, launch=options["launch"])
        except PackInvalid as error:
            self._refuse(error, as_json=options["json"])
        except OrgsError as error:
            raise CommandError(error.message) from error
        self._report(pack, preview, trial, as_json=options["json"])

    def _refuse(self, error: PackInvalid, *, as_json: bool) -> None:
        if as_json:
            problems = [asdict(each) for each in error.problems]
            self.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False))
        raise CommandError(error.message) from error

    def _report(self, pack: Pack, preview: Preview, trial: Trial | None, *, as_json: bool) -> None:
        if as_json:
            result = {
                "code": pack.code,
                "dry_run": trial is not None,
                "n_answers": preview.n_answers,
                **asdict(preview),
                **({"trial": [_figures(each) for each in trial.tried]} if trial else {}),
            }
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
            return
        prefix = "（仅检查）" if trial else ""
        outcome = OUTCOMES[preview.outcome]
        self.stdout.write(f"{prefix}{outcome}：{pack.code} 第{preview.version}版，{len(pack.demands)} 项要求")
        for words, codes in (("新增", preview.added), ("变更", preview.changed), ("取消", preview.removed)):
            if preview.outcome == "updated" and codes:
                self.stdout.write(f"  {words}：{'、'.join(codes)}")
        if trial:
            tried = {each.requirement.code: each for each in trial.tried}
            for each in preview.asked:
                self.stdout.write(_line(each, tried.get(each.code) if each.kind != "round" else None))
            self.stdout.write(f"各单位共需填报 {preview.n_answers} 项。")


def _line(each: Asked, tried: Tried | None) -> str:
    ends = f"，{until(each.deadline_at)} 截止" if each.deadline_at else ""
    guidance = "" if each.is_hard else "，指导性"
    known = f"（其中 {each.n_on_record} 个已有登记，只填 {each.n_left} 项）" if each.n_on_record else ""
    asked = f"  {each.code} {each.title}：{each.n_units} 个单位 × {each.n_fields} 项{known}{ends}{guidance}"
    return asked + (f"；{_found(tried)}" if tried else "")


def _found(tried: Tried) -> str:
    if tried.names:
        return f"现有 {tried.names.n_looked} 个名称，其中 {tried.names.n_deviating} 个不符合"
    return f"现在 {tried.answered.n_asked} 个中有 {tried.answered.n_met} 个已达到"


def _figures(tried: Tried) -> dict[str, object]:
    """What a trial found of one requirement: counts, the first units by their codes, the first names that deviate."""
    answered, codes = tried.answered, []
    if answered.lacking:
        known = OrgUnit.objects.in_bulk(answered.lacking)
        codes = [known[pk].code for pk in answered.lacking if pk in known]
    counts = {name: getattr(answered, name) for name in ("n_asked", "n_met", "n_exempt")}
    names = asdict(tried.names) if tried.names else None
    return {"code": tried.requirement.code, **counts, "lacking": codes, "names": names}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"打不开文件 {path}，请检查路径，并确认是 UTF-8 编码。") from error


def _unit(code: str) -> OrgUnit | None:
    if not code:
        return None
    unit: OrgUnit | None = OrgUnit.objects.in_operation().filter(code=code).first()
    if unit is None:
        raise CommandError(f"没有代码为 {code} 的团组织，请检查 --unit。")
    return unit
