"""The province's bulletin about the last closed week: published, signed for by some and not yet by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.models import Bulletin, ClosedWeek
from reporting.operations import bulletin_recipients, bulletins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit, User


def publish(province: OrgUnit, *, by: User, signers: Iterable[User]) -> Bulletin:
    """Drafted, published as generated and signed for by the units of these people; once, however often it is loaded."""
    known = Bulletin.objects.published().filter(unit=province).first()
    if known is not None:
        return known
    draft = bulletins.draft(province, ClosedWeek.objects.newest_editions().reverse()[0], by=by)
    published = bulletins.publish(draft.pk, version=draft.version, by=by)
    for signer in signers:
        bulletin_recipients.sign(published.pk, by=signer)
    return published
