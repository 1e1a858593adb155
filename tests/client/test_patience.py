"""A patient client never holds a slot that it cannot use, so that urgent requests overtake it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_clopos.client import RECEIPTS, VENUES, BudgetUse, Client, InProcessBudget, Rate
from tests.client.conftest import CONFIG, Clock, Remote, ids, make_rows
from tests.client.test_budget import count_fullest_minute

INTERVAL = Rate.per_minute(300).interval_seconds


@pytest.fixture
def budget(clock: Clock) -> InProcessBudget:
    return InProcessBudget(clock=clock)


@pytest.fixture
def patient(remote: Remote, clock: Clock, budget: InProcessBudget) -> Iterator[Client]:
    transport = httpx.MockTransport(remote)
    with Client(CONFIG, budget=budget, transport=transport, clock=clock, sleep=clock.sleep, is_patient=True) as client:
        yield client


def spend(budget: InProcessBudget, count: int = 15) -> None:
    for _ in range(count):
        budget.reserve()


# The budget


def test_a_slot_is_taken_at_once_or_not_at_all(clock: Clock) -> None:
    budget = InProcessBudget(clock=clock)
    assert [budget.try_take() for _ in range(15)] == [0.0] * 15
    assert [budget.try_take() for _ in range(9)] == [pytest.approx(INTERVAL)] * 9
    assert budget.reserve() == pytest.approx(INTERVAL)


def test_one_that_asks_again_in_time_gets_its_slot(clock: Clock) -> None:
    budget = InProcessBudget(clock=clock)
    spend(budget)
    clock.now += budget.try_take()
    assert budget.try_take() == 0.0


def test_an_urgent_request_overtakes_any_number_of_patient_ones(clock: Clock) -> None:
    budget = InProcessBudget(clock=clock)
    waits = []
    for moment in range(3_000):
        clock.now += 0.02
        for _ in range(8):
            budget.try_take()
        if moment % 50 == 49:
            waits.append(budget.reserve())
    assert 0 < max(waits) <= INTERVAL


@settings(max_examples=60, deadline=None)
@given(
    requests_per_minute=st.sampled_from([1, 7, 60, 300]),
    steps=st.lists(st.tuples(st.floats(0, 20) | st.just(0.0), st.integers(0, 20), st.integers(0, 20)), min_size=5),
)
def test_no_mixture_exceeds_the_limit(requests_per_minute: int, steps: list[tuple[float, int, int]]) -> None:
    clock = Clock()
    budget = InProcessBudget(requests_per_minute=requests_per_minute, clock=clock)
    departures = []
    for pause, patient, urgent in steps:
        clock.now += pause
        departures += [clock.now for _ in range(patient) if budget.try_take() == 0.0]
        departures += [clock.now + budget.reserve() for _ in range(urgent)]

    assert not departures or count_fullest_minute(departures) <= max(1, requests_per_minute * 0.98)


# How much is used


def test_nothing_is_used_after_a_rest(clock: Clock) -> None:
    budget = InProcessBudget(clock=clock)
    spend(budget)
    clock.now += 200
    assert budget.use() == BudgetUse(limit=300, last_minute=0, this_minute=0, load=0.0, wait_seconds=0.0)


@pytest.mark.parametrize(("taken", "load", "wait"), [(1, 1 / 15, 0.0), (14, 14 / 15, 0.0), (15, 1.0, 1), (20, 1.0, 6)])
def test_the_load_is_the_part_of_the_burst_that_is_spent(clock: Clock, taken: int, load: float, wait: float) -> None:
    budget = InProcessBudget(clock=clock)
    spend(budget, taken)
    assert budget.use().load == pytest.approx(load)
    assert budget.use().wait_seconds == pytest.approx(wait * INTERVAL)


def test_requests_count_in_the_minute_in_which_they_leave(clock: Clock) -> None:
    clock.now = 1_018.0
    budget = InProcessBudget(clock=clock)
    spend(budget, 40)  # 15 at once, one more each 0.215 s: 9 before 1020, 16 after
    assert (budget.use().last_minute, budget.use().this_minute) == (0, 24)
    clock.now = 1_030.0
    assert (budget.use().last_minute, budget.use().this_minute) == (24, 16)
    clock.now = 1_080.0
    assert (budget.use().last_minute, budget.use().this_minute) == (16, 0)


def test_a_clock_that_was_set_back_loses_no_count(clock: Clock) -> None:
    clock.now = 1_030.0
    budget = InProcessBudget(clock=clock)
    budget.reserve()
    clock.now = 1_000.0
    budget.reserve()
    clock.now = 1_031.0
    assert budget.use().this_minute == 2


# The client


def test_a_patient_client_waits_for_its_slot(patient: Client, budget: InProcessBudget, clock: Clock) -> None:
    spend(budget)
    patient.page(VENUES)
    assert clock.slept == [pytest.approx(INTERVAL)]
    assert patient.usage.waited_seconds == pytest.approx(INTERVAL)
    assert patient.usage.requests == 2


def test_a_patient_client_sleeps_a_few_seconds_at_a_time(
    patient: Client, budget: InProcessBudget, clock: Clock
) -> None:
    budget.observe(limit=300, remaining=0, reset_seconds=10.0)
    patient.page(VENUES)
    assert clock.slept == [pytest.approx(nap) for nap in (3.0, 3.0, 3.0, 1.0)]


def test_a_patient_client_is_overtaken_while_it_waits(
    patient: Client, budget: InProcessBudget, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spend(budget)
    urgent_waits: list[float] = []
    real = clock.sleep

    def sleep(seconds: float) -> None:
        if len(urgent_waits) < 3:
            urgent_waits.append(budget.reserve())
        real(seconds)

    monkeypatch.setattr(patient._exchange, "_sleep", sleep)
    patient.page(VENUES)
    assert urgent_waits == [pytest.approx(INTERVAL)] * 3


def test_a_patient_walk_reserves_nothing_ahead(
    patient: Client, budget: InProcessBudget, remote: Remote, clock: Clock
) -> None:
    remote.rows = make_rows(100)
    patient.page(VENUES)
    spend(budget, 13)
    walk = patient.pages(RECEIPTS, limit=4, ahead=4)
    next(walk)
    assert budget.reserve() == pytest.approx(INTERVAL)
    walk.close()
    assert len(remote.asked) == 2


def test_a_patient_walk_sends_ahead_what_may_leave_at_once(
    patient: Client, budget: InProcessBudget, remote: Remote
) -> None:
    remote.rows = make_rows(100)
    spend(budget, 12)
    walk = patient.pages(RECEIPTS, limit=4, ahead=4)
    next(walk)
    walk.close()
    assert patient.usage.requests == 1 + 3  # the token; the page, and two of four ahead


@pytest.mark.parametrize("ahead", [0, 1, 4])
def test_a_patient_walk_loses_no_row(patient: Client, budget: InProcessBudget, remote: Remote, ahead: int) -> None:
    remote.rows = make_rows(200)
    walk = patient.pages(RECEIPTS, limit=4, ahead=ahead)
    assert [number for page in walk for number in ids(page.records)] == list(range(1, 201))


def test_one_client_may_change_between_requests(patient: Client, budget: InProcessBudget, clock: Clock) -> None:
    spend(budget, 30)
    patient.is_patient = False
    patient.page(VENUES)
    patient.page(VENUES)
    assert clock.slept == [pytest.approx(16 * INTERVAL), pytest.approx(INTERVAL)]
    patient.is_patient = True
    budget.observe(limit=300, remaining=0, reset_seconds=5.0)
    patient.page(VENUES)
    assert clock.slept[2:] == [pytest.approx(3.0), pytest.approx(2.0)]


# Signing in


def make_client(remote: Remote, clock: Clock, auth_budget: InProcessBudget) -> Client:
    transport = httpx.MockTransport(remote)
    return Client(CONFIG, auth_budget=auth_budget, transport=transport, clock=clock, sleep=clock.sleep)


def test_sign_ins_are_counted_over_all_clients(remote: Remote, clock: Clock) -> None:
    budget = InProcessBudget(rate=Rate.per_minute(60, burst=15), clock=clock)
    sent: list[float] = []
    for _ in range(100):
        make_client(remote, clock, budget).page(VENUES)
        sent.append(clock.now)
    assert count_fullest_minute(sent) <= 59
    assert sent[14] == sent[0]
    assert [after > before for before, after in itertools.pairwise(sent)][14:] == [True] * 85


def test_a_check_signs_in_within_the_budget(remote: Remote, clock: Clock) -> None:
    budget = InProcessBudget(rate=Rate.per_minute(60, burst=15), clock=clock)
    spend(budget)
    make_client(remote, clock, budget).check()
    assert clock.slept == [pytest.approx(60 / 43.8)]


def test_every_attempt_to_sign_in_takes_a_slot(remote: Remote, clock: Clock) -> None:
    budget = InProcessBudget(rate=Rate.per_minute(60, burst=15), clock=clock)
    remote.auth_script.extend([httpx.ReadError("reset")] * 3)
    make_client(remote, clock, budget).page(VENUES)
    assert remote.authentications == 4
    assert budget.use().this_minute + budget.use().last_minute == 4
