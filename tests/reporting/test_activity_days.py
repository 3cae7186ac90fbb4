"""Several days of one channel at once."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Account
from accounts.operations.registry import open_account, transfer_account
from orgs.exceptions import Conflict, NotAllowed
from orgs.models import AuditEntry
from reporting.exceptions import ReportingError
from reporting.models import DailyRecord
from reporting.operations.activity import record_days

pytestmark = pytest.mark.django_db
DAYS = {date(2026, 11, 16): 3, date(2026, 11, 17): 0}


@pytest.fixture
def account(world):
    return open_account(world["qh"], platform="wechat_subscription", identifier="qionghai", by=None)


def test_days_are_recorded_once_and_corrected_later(cast, account):
    assert record_days(account, DAYS, by=cast["city"]) == 2
    lines = AuditEntry.objects.filter(verb="daily_record.recorded", by=cast["city"], unit=account.unit)
    records = {str(pk) for pk in DailyRecord.objects.values_list("pk", flat=True)}
    assert set(lines.values_list("object_id", flat=True)) == records
    assert record_days(account, DAYS | {date(2026, 11, 16): 5}, by=cast["city"]) == 0
    assert dict(DailyRecord.objects.values_list("day", "posts")) == DAYS | {date(2026, 11, 16): 5}


def test_a_channel_that_has_gone_to_another_unit_meanwhile_takes_no_record(world, cast, account):
    transfer_account(Account.objects.get(pk=account.pk), world["wn"], reason="划转", by=None)
    with pytest.raises(Conflict, match="已转到别的团组织"):
        record_days(account, DAYS, by=cast["city"])
    assert not DailyRecord.objects.exists()


def test_a_stranger_records_nothing(cast, account):
    with pytest.raises(NotAllowed):
        record_days(account, DAYS, by=cast["university"])


def test_one_impossible_day_refuses_all(cast, account):
    with pytest.raises(ReportingError):
        record_days(account, DAYS | {date(2026, 11, 30): 1}, by=cast["city"])
    assert not DailyRecord.objects.exists()
