"""B1: every field that holds something of a person: what for, who sees it, how long. docs/personal-data.md is written from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from orgs.kernel.crypto import encrypted_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

APPS = ("orgs", "accounts", "reporting", "scoring")
# A text whose name or words say one of these is about a person, or is said below to be not.
NAMED = re.compile(
    r"姓名|手机|电话|QQ|微信|邮箱|责任人|联系方式|mobile|phone|(^|_)qq|wechat|email|nickname|person|^name_index$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Why a field is kept, who reads it in full, and until when."""

    purpose: str
    readers: str
    kept: str


_TERM = "12 months after the term (`ADMINISTRATOR_KEEP_MONTHS`), then emptied; at once with 删除个人信息"
_ROW = "a year after the person has left or the draft was left alone; at once with 删除个人信息"
_ACCOUNT = "as long as the person has a login; emptied with 删除个人信息"
_REVEAL = (
    "masked; in full one field at a time with `reveal` and a purpose, ≤ 60 an hour, and with `full_export`"
)
_NOBODY = "nobody: a keyed digest to find or compare by"
_OWN = "the person"

INVENTORY: dict[str, Holding] = {
    "orgs.User.username": Holding("sign-in", "the person and those who manage people above", _ACCOUNT),
    "orgs.User.name": Holding("who acts, in lists, time lines and the ledger", "superiors and colleagues on the same desk", _ACCOUNT),
    "orgs.User.mobile": Holding("sign-in", f"{_OWN}; masked for who manages people", _ACCOUNT),
    "orgs.User.mobile_index": Holding("sign-in by mobile", _NOBODY, _ACCOUNT),
    "orgs.User.email": Holding("notices by mail, where the person wants them", _OWN, _ACCOUNT),
    "orgs.Invitation.name": Holding("whom the office was offered", "who invited; masked on the page behind the link", _ACCOUNT),
    "orgs.Invitation.mobile": Holding("the login of who accepts", "who invited; masked on the page behind the link", _ACCOUNT),
    "orgs.Invitation.mobile_index": Holding("one invitation for one person", _NOBODY, _ACCOUNT),
    "orgs.UnitContact.telephone": Holding("reaching the office (may be somebody's mobile)", "masked where it is a mobile; whoever edits the unit", "until it is replaced"),
    "orgs.UnitContact.email": Holding("reaching the office: a mail box of the unit", "whoever sees the unit", "until it is replaced"),
    "orgs.UnitChangeRequest.telephone": Holding("the contact a unit asks to have changed", "masked; in full whoever decides, while it is open", "with the request"),
    "orgs.SecondFactor.secret": Holding("second factor of the sign-in", f"{_OWN}, once", "until it is switched off or reset"),
    "orgs.Erasure.who": Holding("whom to erase", "nobody", "until it is done, minutes"),
    "accounts.Account.responsible_name": Holding("第一责任人 of a channel (annex UNI-A)", "whoever sees the account's page in the own subtree", "until it is replaced; emptied with 删除个人信息"),
    "accounts.Administratorship.name": Holding("who looks after the channel (SUP-2.2.2)", _REVEAL, _TERM),
    "accounts.Administratorship.mobile": Holding("reaching the administrator", _REVEAL, _TERM),
    "accounts.Administratorship.wechat_id": Holding("reaching the administrator", _REVEAL, _TERM),
    "accounts.Administratorship.nickname": Holding("recognising the administrator in groups", _REVEAL, _TERM),
    "accounts.Administratorship.qq": Holding("reaching the administrator", _REVEAL, _TERM),
    "accounts.Administratorship.mobile_index": Holding("persons are counted once (R3)", _NOBODY, _TERM),
    "accounts.Administratorship.name_index": Holding("doubts: one mobile under two names", _NOBODY, _TERM),
    "accounts.AdministratorshipVersion.person_key": Holding("persons are counted once in a closed week (R3)", _NOBODY, _TERM),
    "accounts.SubmissionRow.personal": Holding("the personal cells of annex UNI-A", f"who fills the form; reviewers {_REVEAL}", _ROW),
    "accounts.UploadBatch.report": Holding("what an uploaded table holds, until it is imported", "who uploaded it; echoed values masked", "a day; imported forms while they can be taken back"),
    "accounts.UploadBatch.content": Holding("the uploaded table itself, encrypted", "nobody but the parser", "until it is imported, at most a day"),
    "accounts.UploadedForm.before": Holding("what an import replaced, to take it back", "nobody", _ROW),
    "accounts.HandedAccount.secret": Holding("first password of a handed-out account", "the unit, once", "until it is opened or withdrawn"),
    "reporting.Collector.secret": Holding("key of a platform's statistics interface, of a unit", "nobody", "until it is replaced"),
}  # fmt: skip
# Named like persons' data, but a channel's, an office's or a document's own, meant to be public.
NOT_OF_PERSONS: dict[str, str] = {
    "accounts.Account.nickname": "what the channel is called",
    "accounts.Account.responsible_post": "an office, no name",
    "accounts.AccountVersion.nickname": "what the channel was called",
    "reporting.CampaignVersion.contact": "of the issuing office, printed in the document",
}


def named_fields() -> Iterator[str]:
    """`app.Model.field` of every text of ours that its name or words, or its encryption, make one about a person."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            sealed = encrypted_fields(model)
            for field in model._meta.local_concrete_fields:
                is_text = isinstance(field, (models.CharField, models.TextField, models.JSONField))
                words = (field.name, str(field.verbose_name))
                if field in sealed or (is_text and any(NAMED.search(word) for word in words)):
                    yield f"{model._meta.label}.{field.name}"


def all_fields() -> set[str]:
    """`app.Model.field` of all."""
    return {
        f"{model._meta.label}.{field.name}"
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.local_concrete_fields
    }
