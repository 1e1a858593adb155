"""The budget in a database row gives the slots that one process would, to all of them together."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from django_clopos.client import BudgetUse, InProcessBudget
from django_clopos.models import RequestBudget
from django_clopos.sync.budget_row import RowBudget

pytestmark = pytest.mark.django_db
PER_MINUTE = 60


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def wanted(count: int) -> list[float]:
    """Give the waits that a budget of one process says, one after another, at one moment."""
    budget = InProcessBudget(requests_per_minute=PER_MINUTE, clock=Clock())
    return [round(budget.reserve(), 6) for _ in range(count)]


def test_it_gives_the_slots_of_a_budget_in_memory() -> None:
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=Clock())
    assert [round(budget.reserve(), 6) for _ in range(30)] == wanted(30)


def test_it_stays_below_the_rate_in_every_minute() -> None:
    clock = Clock()
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=clock)
    sent: list[float] = []
    while clock.now < 1_200:
        clock.now += budget.reserve()
        sent.append(clock.now)
    assert max(sum(start <= moment < start + 60 for moment in sent) for start in sent) <= PER_MINUTE
    assert len(sent) > 150


def test_two_budgets_of_one_key_share_it_and_other_keys_do_not() -> None:
    one, same, other = (RowBudget(key=key, requests_per_minute=PER_MINUTE, clock=Clock()) for key in "kkx")
    waits = [round(budget.reserve(), 6) for budget in (one, same) * 5]
    assert waits == wanted(10)
    assert other.reserve() == 0


def test_the_remote_can_only_lower_it() -> None:
    clock = Clock()
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=clock)
    budget.observe(limit=300, remaining=299, reset_seconds=60)
    assert budget.reserve() == 0
    budget.observe(limit=300, remaining=0, reset_seconds=20)
    assert budget.reserve() == pytest.approx(20, abs=0.01)
    budget.observe(limit=300, remaining=299, reset_seconds=60)
    assert budget.reserve() > 20


def test_a_patient_request_takes_a_slot_that_is_free_or_none() -> None:
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=Clock())
    assert [budget.try_take() for _ in range(3)] == [0, 0, 0]
    assert budget.try_take() == budget.try_take() == pytest.approx(wanted(4)[3])
    assert budget.reserve() == pytest.approx(wanted(4)[3])
    assert RequestBudget.objects.get().taken == 4


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_wrong_blocks_nobody(clock: Any, minutes: int) -> None:
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE)
    clock.shift(timedelta(minutes=minutes))
    first = [budget.reserve() for _ in range(4)]
    clock.shift(timedelta(minutes=-minutes))
    assert [wait > 0 for wait in first] == [False, False, False, True]
    assert 0 < budget.reserve() < 3 * wanted(4)[3]


def test_what_was_used_is_told_minute_by_minute() -> None:
    clock = Clock()
    budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=clock)
    assert budget.use() == BudgetUse(limit=60, last_minute=0, this_minute=0, load=0.0, wait_seconds=0.0)
    clock.now = 960.0
    budget.reserve()
    clock.now = 1_025.0
    budget.reserve()
    budget.reserve()
    use = budget.use()
    assert (use.last_minute, use.this_minute) == (1, 2)
    assert use.load == pytest.approx(2 / 3)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="threads share SQLite's memory, not its locks")
@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_take_the_same_slot() -> None:
    clock = Clock()
    waits: list[float] = []

    def work() -> None:
        budget = RowBudget(key="k", requests_per_minute=PER_MINUTE, clock=clock)
        try:
            waits.extend(round(budget.reserve(), 6) for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == wanted(40)
    assert RequestBudget.objects.count() == 1
