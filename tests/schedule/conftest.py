"""A brand with its rows of Schedule, and moments told by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from django_clopos.models import Brand, Schedule
from django_clopos.schedule.rows import make_rows
from django_clopos.sync.clock import after


@pytest.fixture
def rows(brand: Brand) -> None:
    """Every job of the brand, due as it is for a new one."""
    make_rows()


def find(job: str, brand: str = "demo") -> Schedule:
    """Give the row of a job."""
    return next(row for row in Schedule.objects.filter(brand__slug=brand) if row.job == job)


def put(job: str, brand: str = "demo", **columns: Any) -> Schedule:
    """Set columns of a row; a timedelta is a moment from now."""
    row = find(job, brand)
    values = {name: after(value) if isinstance(value, timedelta) else value for name, value in columns.items()}
    Schedule.objects.filter(pk=row.pk).update(**values)
    return find(job, brand)


def only(job: str, **columns: Any) -> Schedule:
    """Make one job due, and no other."""
    Schedule.objects.update(due_at=None)
    return put(job, due_at=timedelta(0), **columns)


def read_clock() -> datetime:
    """Ask the database for the time."""
    moment: datetime = Schedule.objects.annotate(moment=after(timedelta(0))).values_list("moment", flat=True)[0]
    return moment


def wait_of(job: str, brand: str = "demo") -> timedelta:
    """Give how long it is until a job is due; negative: it has been due."""
    due_at = find(job, brand).due_at
    assert due_at is not None
    return due_at - read_clock()
