"""`clopos_rebuild`: what it prints, and what it refuses."""

from __future__ import annotations

import pytest

from django_clopos.models import Brand, Customer, Receipt
from django_clopos.sandbox import Sandbox
from django_clopos.testing import allow_writes
from tests.commands.conftest import Run
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


def test_it_restores_spoiled_columns_without_a_request(live: Sandbox, run: Run) -> None:
    assert run("clopos_sync", "--no-progress").status == 0
    total = Receipt.objects.order_by("pk").values_list("total", flat=True)
    before, asked = list(total), len(live.requests)
    with allow_writes():
        Receipt.objects.update(total=1)
    result = run("clopos_rebuild")
    assert (result.status, result.error) == (0, "")
    assert f"receipts, Receipt: {len(before):,} rows, {len(before):,} written\n" in result.stdout
    assert "venues, Venue: 3 rows, 0 written\n" in result.stdout
    assert list(total.all()) == before
    assert len(live.requests) == asked


def test_it_rebuilds_only_what_is_named(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "--no-progress", "venues", "customers")
    with allow_writes():
        Customer.objects.update(name="spoiled")
    assert run("clopos_rebuild", "venues").stdout.startswith("venues, Venue: 3 rows, 0 written\n")
    assert set(Customer.objects.values_list("name", flat=True)) == {"spoiled"}


def test_a_record_that_is_not_valid_exits_with_3(run: Run, live: Sandbox) -> None:
    run("clopos_sync", "--no-progress", "customers")
    with allow_writes():
        Customer.objects.filter(pk=Customer.objects.first().pk).update(raw={"id": 1, "name": "x" * 256})
    result = run("clopos_rebuild", "customers")
    assert result.status == 3
    assert "1 rejected" in result.stdout
    assert result.error == "1 record is not valid; its row is as it was. See RejectedRow."


def test_it_works_without_an_address_or_credentials(run: Run) -> None:
    Brand.objects.create(slug=SLUG)
    assert run("clopos_rebuild").status == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["recepits"], "Did you mean receipts"),
        (["--brand", "nobody"], "There is no brand 'nobody'."),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], sentence: str, run: Run) -> None:
    Brand.objects.create(slug=SLUG)
    result = run("clopos_rebuild", *arguments)
    assert result.status == 1
    assert sentence in result.error


def test_a_brand_that_was_never_synced_is_refused(live: Sandbox, run: Run) -> None:
    result = run("clopos_rebuild")
    assert result.status == 1
    assert "is not in the database yet" in result.error
