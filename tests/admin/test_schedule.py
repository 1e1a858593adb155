"""The list of schedules tells what is stale and what is being done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django_clopos.models import Brand, Schedule
from django_clopos.schedule.rows import make_rows
from django_clopos.sync.clock import after
from tests.admin.conftest import Get


@pytest.fixture
def orders(brand: Brand) -> Schedule:
    """The one job of the list, which has just succeeded."""
    make_rows()
    Schedule.objects.exclude(work="poll", resource="orders").delete()
    Schedule.objects.update(succeeded_at=after(timedelta(0)), due_at=after(timedelta(minutes=1)))
    return Schedule.objects.get()


def test_a_fresh_job_is_marked(orders: Schedule, get_list: Get) -> None:
    page = get_list(Schedule)
    assert 'alt="True"' in page
    assert '<td class="field-state">ok</td>' in page


def test_a_stale_job_is_marked_with_what_is_done_about_it(orders: Schedule, get_list: Get) -> None:
    Schedule.objects.update(succeeded_at=after(timedelta(hours=-1)), failures=3)
    page = get_list(Schedule)
    assert 'alt="False"' in page
    assert '<td class="field-state">waiting</td>' in page


@pytest.mark.parametrize("columns", [{"is_paused": True}, {"work": "gone"}], ids=["paused", "of an older release"])
def test_a_job_without_limit_is_neither(orders: Schedule, get_list: Get, columns: dict[str, Any]) -> None:
    Schedule.objects.update(**columns)
    assert 'alt="None"' in get_list(Schedule)
