"""`clopos_retry_rejected`: what it prints, and its exit status."""

from __future__ import annotations

import pytest

from django_clopos.models import Brand, Customer, RejectedRow
from django_clopos.sandbox import Sandbox
from tests.commands.conftest import Run
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db
TOO_LONG = "x" * 256


@pytest.fixture
def refused(live: Sandbox, run: Run) -> int:
    """A mirror that lacks one customer, whose name was too long."""
    customer = live.documents(SLUG, "customers")[0]["id"]
    live.change(SLUG, "customers", customer, name=TOO_LONG)
    run("clopos_sync", "--no-progress", "customers")
    assert not Customer.objects.filter(clopos_id=customer).exists()
    return int(customer)


def test_what_is_still_wrong_is_printed_with_its_reason(refused: int, run: Run) -> None:
    result = run("clopos_retry_rejected")
    assert (result.status, result.error) == (3, "1 record is still wrong.")
    assert "customers: 0 valid now, 0 overtaken by newer records, 1 still wrong\n" in result.stdout
    assert f"  {refused}: name: String should have at most 255 characters\n" in result.stdout


def test_what_is_valid_by_now_is_stored_without_a_request(refused: int, run: Run, live: Sandbox) -> None:
    row = RejectedRow.objects.get()
    row.record = row.record.replace(TOO_LONG, "Leyla")
    row.save()
    asked = len(live.requests)
    result = run("clopos_retry_rejected", "customers")
    assert (result.status, result.stdout) == (
        0,
        "customers: 1 valid now, 0 overtaken by newer records, 0 still wrong\n",
    )
    assert Customer.objects.get(clopos_id=refused).name == "Leyla"
    assert len(live.requests) == asked


def test_nothing_to_do_is_said(run: Run) -> None:
    Brand.objects.create(slug=SLUG)
    result = run("clopos_retry_rejected")
    assert (result.status, result.stdout) == (0, "No record is rejected.\n")


def test_an_unknown_resource_is_refused(run: Run) -> None:
    Brand.objects.create(slug=SLUG)
    result = run("clopos_retry_rejected", "custmers")
    assert result.status == 1
    assert "Did you mean customers" in result.error
