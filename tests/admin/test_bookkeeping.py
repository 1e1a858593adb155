"""What a sync wrote about itself can be looked through."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_clopos.models import Brand, RejectedRow, SyncRun, SyncStep
from tests.admin.conftest import Get

pytestmark = pytest.mark.django_db


def make_run(brand: Brand, **counts: Any) -> SyncRun:
    run = SyncRun.objects.create(brand=brand, started_at=timezone.now(), status="succeeded")
    for resource in ("venues", "receipts"):
        SyncStep.objects.create(run=run, resource=resource, started_at=timezone.now(), **counts)
    return run


def test_a_run_shows_its_steps(brand: Brand, get_page: Get) -> None:
    page = get_page(make_run(brand, seen=123))

    assert "venues" in page
    assert page.count(">123<") == 2


def test_the_list_of_runs_sums_their_steps_in_the_same_query(brand: Brand, get_list: Get) -> None:
    for number in range(3):
        make_run(brand, seen=111 * (number + 1))
    with CaptureQueriesContext(connection) as few:
        page = get_list(SyncRun)
    for _ in range(20):
        make_run(brand)
    with CaptureQueriesContext(connection) as many:
        get_list(SyncRun)

    for total in (222, 444, 666):
        assert f">{total}<" in page
    assert len(few) == len(many)


def test_steps_are_listed_in_constant_queries(brand: Brand, get_list: Get) -> None:
    make_run(brand)
    with CaptureQueriesContext(connection) as few:
        get_list(SyncStep)
    for _ in range(10):
        make_run(brand)
    with CaptureQueriesContext(connection) as many:
        get_list(SyncStep, resource="venues")

    assert len(few) == len(many)


def test_rejected_rows_are_filtered_by_resource(brand: Brand, get_list: Get) -> None:
    for resource in ("venues", "receipts"):
        RejectedRow.objects.create(
            brand=brand,
            resource=resource,
            table="Any",
            key="1",
            record="{}",
            reason=f"reason of {resource}",
            first_seen_at=timezone.now(),
            last_seen_at=timezone.now(),
        )

    page = get_list(RejectedRow, resource="venues")

    assert ("reason of venues" in page, "reason of receipts" in page) == (True, False)
