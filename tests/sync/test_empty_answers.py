"""An empty answer where there are rows is a fault of the moment: it must not cost history."""

from __future__ import annotations

import pytest

from django_clopos.models import Brand, Checkpoint, Receipt
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db


def remote_ids(sandbox: Sandbox) -> set[int]:
    return {document["id"] for document in sandbox.documents(SLUG, "receipts")}


@pytest.mark.parametrize("skip", range(0, 30, 2))
def test_an_empty_answer_at_any_moment_of_a_first_sync_costs_nothing(
    skip: int, sandbox: Sandbox, mirror: Mirror
) -> None:
    mirror("venues")
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", skip=skip))
    mirror("receipts")
    mirror("receipts")
    assert set(Receipt.objects.values_list("clopos_id", flat=True)) == remote_ids(sandbox)


def test_a_first_sync_that_finds_nothing_is_a_first_sync_again(sandbox: Sandbox, mirror: Mirror) -> None:
    mirror("venues")
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", times=None))
    assert mirror("receipts").total("seen") == 0
    sandbox.faults.clear()
    assert mirror("receipts").total("created") == len(remote_ids(sandbox))


def test_an_empty_poll_leaves_the_watermark_where_it_was(sandbox: Sandbox, mirror: Mirror) -> None:
    mirror("venues", "receipts")
    before = dict(Checkpoint.objects.filter(name="watermark").values_list("venue", "value"))
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", times=None))
    mirror("receipts")
    assert dict(Checkpoint.objects.filter(name="watermark").values_list("venue", "value")) == before != {}


def test_a_backfill_with_nothing_left_to_read_ends(brand: Brand, mirror: Mirror) -> None:
    mirror("venues", "receipts")
    for venue in (1, 2, 3):
        plan = {"next": "2026-12-30", "days": 4, "began": "2026-11-20T19:00:00+00:00"}
        Checkpoint.objects.create(brand=brand, resource="receipts", venue=venue, name="backfill", value=plan)
    assert mirror("receipts").run.status == "succeeded"
    assert not Checkpoint.objects.filter(name="backfill").exists()
