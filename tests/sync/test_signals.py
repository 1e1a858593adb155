"""A site is told what was committed, once it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.dispatch import Signal

from django_clopos.models import Customer, Receipt, StopListEntry, SyncRun, SyncStep
from django_clopos.signals import row_rejected, rows_changed, step_finished, sync_finished
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db


@contextmanager
def receiving(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def receiver(**arguments: Any) -> None:
        heard.append(arguments)

    signal.connect(receiver)
    try:
        yield heard
    finally:
        signal.disconnect(receiver)


def test_rows_changed_tells_ids_and_keys(pull: Pull, brand: Any) -> None:
    with receiving(rows_changed) as heard:
        pull("customers", {"id": 1, "name": "Aysel", "spent": 1}, {"id": 2, "name": "Leyla"})
        pull("customers", {"id": 1, "name": "Aysel", "spent": 2, "x": 1}, {"id": 2, "name": "Leyla"}, {"id": 3})
    first, second = heard
    assert (sorted(first["created"]), first["updated"], first["removed"]) == ([1, 2], {}, [])
    assert (second["created"], sorted(second["updated"][1]), list(second["updated"])) == ([3], ["spent", "x"], [1])
    assert (first["model"], first["sender"], first["resource"], first["brand"]) == (
        Customer,
        Customer,
        "customers",
        brand,
    )
    assert isinstance(first["run"], SyncRun)


def test_an_unchanged_page_is_not_told(pull: Pull) -> None:
    pull("customers", {"id": 1})
    with receiving(rows_changed) as heard:
        pull("customers", {"id": 1})
    assert heard == []


def test_removed_entries_are_told(pull: Pull) -> None:
    pull("stop-list", {"id": 5}, {"id": 6}, venues=(1,))
    with receiving(rows_changed) as heard:
        pull("stop-list", {"id": 6}, venues=(1,))
    assert [(call["model"], call["removed"]) for call in heard] == [(StopListEntry, [5])]


@pytest.mark.django_db(transaction=True)
def test_rows_are_committed_when_they_are_told(pull: Pull) -> None:
    seen: list[tuple[bool, int]] = []

    def receiver(**_: Any) -> None:
        seen.append((connection.in_atomic_block, Receipt.objects.count()))

    rows_changed.connect(receiver)
    try:
        pull("receipts", {"id": 1}, {"id": 2})
    finally:
        rows_changed.disconnect(receiver)
    assert seen == [(False, 2)]


@pytest.mark.parametrize("signal", [rows_changed, row_rejected, step_finished, sync_finished])
def test_a_receiver_that_raises_stops_nothing(signal: Signal, pull: Pull) -> None:
    def receiver(**_: Any) -> None:
        raise ZeroDivisionError

    signal.connect(receiver)
    try:
        report = pull("customers", {"id": 1}, {"id": 0})
    finally:
        signal.disconnect(receiver)
    assert report.run.status == "succeeded"
    assert Customer.objects.count() == 1


def test_rejections_steps_and_the_run_are_told(pull: Pull) -> None:
    with receiving(row_rejected) as rejected, receiving(step_finished) as steps, receiving(sync_finished) as runs:
        report = pull("customers", {"id": 7, "spent": "abc"})
    assert [(call["resource"], call["key"]) for call in rejected] == [("customers", "7")]
    assert [call["step"] for call in steps] == report.steps == list(SyncStep.objects.all())
    assert [call["run"] for call in runs] == [report.run]


def test_a_dry_run_tells_nothing(pull: Pull) -> None:
    with receiving(rows_changed) as changed, receiving(sync_finished) as runs, receiving(row_rejected) as rejected:
        pull("customers", {"id": 1}, {"id": 0}, is_dry_run=True)
    assert changed == runs == rejected == []
