"""`clopos_check`: references that lead nowhere, and stamps that cannot be in the zone assumed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from django_clopos.models import Brand, KnownMissing, Receipt
from django_clopos.models.base import compute_key
from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.sales import MISSING_CUSTOMER
from tests.commands.conftest import Run
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


def stamp_newest(sandbox: Sandbox, collection: str, *, age: timedelta, text: str = "%Y-%m-%d %H:%M:%S") -> None:
    """Let every row of a list have changed so long ago by the Baku clock."""
    moment = datetime.now(UTC) + timedelta(hours=4) - age
    for document in sandbox.documents(SLUG, collection):
        sandbox.change(SLUG, collection, document["id"], updated_at=moment.strftime(text))


def test_the_right_zone_is_not_mentioned(live: Sandbox, run: Run) -> None:
    stamp_newest(live, "receipts", age=timedelta(minutes=3))
    result = run("clopos_check")
    assert "receipts, venue" not in result.stdout


def test_stamps_of_the_future_name_the_zone_that_would_fit(live: Sandbox, run: Run) -> None:
    Brand.objects.create(slug=SLUG, remote_timezone="UTC")
    stamp_newest(live, "receipts", age=timedelta(minutes=3))
    result = run("clopos_check")
    assert result.status == 0
    # On a busy machine a minute may begin in between.
    assert re.search(r"would be 3 h 5[67] min in the future in UTC\. Set the brand's remote_timezone", result.stdout)
    assert "perhaps to Asia/Baku, and run `manage.py clopos_rebuild`." in result.stdout


def test_stamps_whole_hours_old_are_a_hint(live: Sandbox, run: Run) -> None:
    Brand.objects.create(slug=SLUG, remote_timezone="Asia/Tashkent")
    stamp_newest(live, "receipts", age=timedelta(minutes=3))
    result = run("clopos_check")
    assert re.search(r"the newest change is 1 h [34] min old\. If something was sold just now", result.stdout)
    assert "the zone is not Asia/Tashkent but perhaps Asia/Baku." in result.stdout


def test_a_venue_in_another_zone_is_read_in_its_own(live: Sandbox, run: Run) -> None:
    venues = [str(venue["id"]) for venue in live.documents(SLUG, "venues")]
    Brand.objects.create(slug=SLUG, remote_timezone="UTC", venue_timezones=dict.fromkeys(venues[1:], "Asia/Baku"))
    stamp_newest(live, "receipts", age=timedelta(minutes=3))
    told = [line for line in run("clopos_check").stdout.splitlines() if "remote_timezone" in line]
    assert len(told) == 1
    assert told[0].startswith(f"note  receipts, venue {venues[0]}: ")


def test_a_quiet_restaurant_is_no_hint(live: Sandbox, run: Run) -> None:
    stamp_newest(live, "orders", age=timedelta(hours=6, minutes=30), text="%Y-%m-%dT%H:%M:%S.000000Z")
    stamp_newest(live, "receipts", age=timedelta(hours=2, minutes=30))
    assert ", venue " not in run("clopos_check").stdout


def test_one_till_with_a_wrong_clock_decides_nothing(live: Sandbox, run: Run) -> None:
    stamp_newest(live, "receipts", age=timedelta(minutes=3))
    live.change(SLUG, "receipts", 1, updated_at="2099-01-01 00:00:00")
    assert "receipts, venue" not in run("clopos_check").stdout


def test_a_z_that_is_a_local_clock_is_told(live: Sandbox, run: Run) -> None:
    stamp_newest(live, "orders", age=timedelta(minutes=3), text="%Y-%m-%dT%H:%M:%S.000000Z")
    assert "in the future: its Z is no UTC." in run("clopos_check").stdout


def test_references_are_counted_when_asked_for(live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    assert "references:" not in run("clopos_check").stdout
    brand = Brand.objects.get()
    rows = Receipt.objects.filter(customer_id=compute_key(brand, MISSING_CUSTOMER)).count()
    assert rows > 0
    result = run("clopos_check", "--references")
    assert result.status == 0
    plural = "row" if rows == 1 else "rows"
    assert f"note  references: {rows} {plural} of Receipt.customer lead to no Customer, 1 id\n" in result.stdout


def test_references_known_to_be_gone_are_told_apart(live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    run("clopos_verify", "stations", "--heal")
    assert KnownMissing.objects.count() > 0
    assert "no longer known to the remote, see KnownMissing." in run("clopos_check", "--references").stdout


def test_without_a_dangling_reference_it_says_so(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "venues", "stations")
    assert "ok    references: each leads to a row" in run("clopos_check", "--references").stdout
