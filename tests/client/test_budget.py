"""The budget never lets more through than the remote allows, in any window, and learns from what the remote says."""

from __future__ import annotations

import bisect
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_clopos.client import InProcessBudget, Rate
from tests.client.conftest import Clock


def count_fullest_minute(departures: list[float]) -> int:
    times = sorted(departures)
    return max(bisect.bisect_left(times, start + 60.0) - place for place, start in enumerate(times))


def test_the_pace_at_300_a_minute_is_the_documented_one() -> None:
    rate = Rate.per_minute(300)

    assert rate.burst == 15
    assert 1 / rate.interval_seconds == pytest.approx(4.65)


def test_a_busy_sender_stays_at_294_in_every_window() -> None:
    clock = Clock()
    budget = InProcessBudget(clock=clock)
    departures = []
    for _ in range(2_000):
        clock.now += budget.reserve()
        departures.append(clock.now)

    assert 293 <= count_fullest_minute(departures) <= 294


@settings(max_examples=60, deadline=None)
@given(
    requests_per_minute=st.sampled_from([1, 2, 7, 30, 60, 100, 300, 1200]),
    pauses=st.lists(st.floats(0, 90) | st.just(0.0), min_size=5, max_size=60),
    senders=st.integers(1, 8),
)
def test_no_pattern_of_use_exceeds_the_limit(requests_per_minute: int, pauses: list[float], senders: int) -> None:
    clock = Clock()
    budget = InProcessBudget(requests_per_minute=requests_per_minute, clock=clock)
    departures = []
    for pause in pauses:
        clock.now += pause
        # Several senders reserve in the same moment; each leaves after its own wait.
        waits = [budget.reserve() for _ in range(senders * 5)]
        departures += [clock.now + wait for wait in waits]

    assert count_fullest_minute(departures) <= max(1, requests_per_minute * 0.98)


def test_a_burst_after_a_rest_leaves_at_once() -> None:
    budget = InProcessBudget(clock=Clock())

    waits = [budget.reserve() for _ in range(17)]

    assert waits[:15] == [0.0] * 15
    assert waits[15] == pytest.approx(1 / 4.65)
    assert waits[16] == pytest.approx(2 / 4.65)


def test_nothing_left_waits_for_the_reset() -> None:
    budget = InProcessBudget(clock=Clock())

    budget.observe(limit=300, remaining=0, reset_seconds=17.0)

    assert budget.reserve() == pytest.approx(17.0)


@pytest.mark.parametrize(("reset_seconds", "wait"), [(None, 60.0), (1e9, 120.0), (-3.0, 0.0)])
def test_a_reset_that_cannot_be_right_is_bounded(reset_seconds: float | None, wait: float) -> None:
    budget = InProcessBudget(clock=Clock())

    budget.observe(limit=300, remaining=0, reset_seconds=reset_seconds)

    assert budget.reserve() == pytest.approx(wait)


def test_few_left_shorten_the_burst() -> None:
    budget = InProcessBudget(clock=Clock())

    budget.observe(limit=300, remaining=3, reset_seconds=40.0)

    assert [budget.reserve() > 0 for _ in range(4)] == [False, False, False, True]


def test_the_remote_cannot_raise_the_budget() -> None:
    clock = Clock()
    budget = InProcessBudget(clock=clock)
    for _ in range(20):
        budget.reserve()

    budget.observe(limit=1_000_000, remaining=1_000_000, reset_seconds=0.0)

    assert budget.reserve() == pytest.approx(6 / 4.65)


def test_threads_share_one_budget() -> None:
    clock = Clock()
    budget = InProcessBudget(clock=clock)
    waits: list[float] = []

    def spend() -> None:
        for _ in range(200):
            waits.append(budget.reserve())  # noqa: PERF401  # each appends as it goes

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 293 <= count_fullest_minute(waits) <= 294
    assert len(set(waits)) == len(waits) - 14
