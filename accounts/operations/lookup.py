"""这是官方账号吗: what anybody may ask of the registry. One exact id at a time, no personal data in the answer."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.choices import AccountStatus
from accounts.identifiers import NUMBER, read_identifier
from accounts.models import Account
from accounts.naming import identifier_key
from orgs.models import OrgUnit
from orgs.operations import throttle

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Platform

# A campus may stand behind one address: generous per minute, useless for going through lists of ids.
MOST, PERIOD = 60, timedelta(minutes=1)
IN_USE = (AccountStatus.OPEN, AccountStatus.DORMANT)
OVER = (AccountStatus.CLOSED, AccountStatus.MERGED)
_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the registry says of one id. Nothing of a person; of a closed account only that it is closed."""

    platform: str
    is_official: bool = False
    is_closed: bool = False
    nickname: str = ""
    unit: str = ""
    province: str = ""
    since: date | None = None
    hint: str = ""  # what is wrong with the id as it was typed, where nothing was found


def seconds_to_wait(address: str) -> int:
    """Count one question from this address; 0, or seconds to wait."""
    return throttle.seconds_to_wait("lookup", _network(address), most=MOST, period=PERIOD)


def look_up(platform: Platform, text: str) -> Answer:
    """Whether this very id is an official account of the League on the platform; two or three short statements.

    READING: every account that a unit has opened (in use or at rest) is public, whatever its platform: it speaks in the
    organisation's name. A planned one is not there yet.
    """
    reading = read_identifier(platform, text)
    key = identifier_key(reading.identifier)
    known = Account.objects.holding(platform, key).select_related("unit").first()
    if known is None or known.status not in IN_USE:
        is_closed = Account.objects.filter(platform=platform, identifier_key=key, status__in=OVER).exists()
        return Answer(platform.name, is_closed=is_closed, hint="" if is_closed else reading.problem)
    return Answer(
        platform.name,
        is_official=True,
        nickname=_without_numbers(known.nickname),
        unit=known.unit.name,
        province=_province(known.unit),
        since=known.opened_on,
    )


def is_number(platform: Platform, text: str) -> bool:
    """A mobile number or QQ used as an id: never repeated in an answer."""
    return platform.identifier_rule == NUMBER or bool(_NUMBER.search(text))


def _without_numbers(nickname: str) -> str:
    """SECURITY: what somebody wrote into a nickname is not necessarily meant for everybody; years have four digits."""
    return _NUMBER.sub("***", nickname)


def _province(unit: OrgUnit) -> str:
    """The root of the unit's tree; "" for the national office itself."""
    root = OrgUnit.objects.provinces().filter(tree_id=unit.tree_id).only("name", "short_name").first()
    return (root.short_name or root.name) if root else ""


def _network(address: str) -> str:
    """One household has 2^64 addresses of the new kind: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else address
