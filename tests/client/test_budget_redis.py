"""The shared budget against a real Redis; skipped where none answers."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from django_clopos.client import BudgetUnavailable, InProcessBudget, Rate, RedisBudget, auth_budget_key, budget_key
from tests.client.conftest import CONFIG

redis = pytest.importorskip("redis")
URL = os.environ.get("CLOPOS_REDIS_URL") or "redis://127.0.0.1:6379/0"


@pytest.fixture
def server() -> Iterator[Any]:
    server = redis.Redis.from_url(URL, socket_connect_timeout=1)
    try:
        server.ping()
    except redis.RedisError:
        pytest.skip("no Redis answers")
    yield server
    server.close()


@pytest.fixture
def key(server: Any) -> Iterator[str]:
    key = f"clopos:test:{uuid.uuid4()}"
    yield key
    server.delete(key)


def test_a_burst_leaves_at_once_and_then_evenly(server: Any, key: str) -> None:
    budget = RedisBudget(server, key=key)

    waits = [budget.reserve() for _ in range(18)]

    assert waits[:15] == [0.0] * 15
    assert 0 < waits[17] - waits[16] <= 1 / 4.65 + 0.001


def test_what_the_remote_says_is_shared(server: Any, key: str) -> None:
    RedisBudget(server, key=key).observe(limit=300, remaining=0, reset_seconds=17.0)

    assert RedisBudget(server, key=key).reserve() == pytest.approx(17.0, abs=0.5)


def test_few_left_shorten_the_burst(server: Any, key: str) -> None:
    budget = RedisBudget(server, key=key, requests_per_minute=60)

    budget.observe(limit=60, remaining=2, reset_seconds=40.0)

    assert [budget.reserve() > 0 for _ in range(3)] == [False, False, True]


def test_it_survives_a_server_that_forgot_the_script(server: Any, key: str) -> None:
    budget = RedisBudget(server, key=key)
    budget.reserve()

    server.script_flush()

    assert budget.reserve() == 0.0


def test_the_key_goes_away_by_itself(server: Any, key: str) -> None:
    RedisBudget(server, key=key).reserve()

    assert 0 < server.pttl(key) <= 61_000


def test_a_patient_request_takes_a_slot_that_is_free_or_none(server: Any, key: str) -> None:
    budget = RedisBudget(server, key=key, requests_per_minute=60)

    waits = [budget.try_take() for _ in range(5)]

    assert [wait > 0 for wait in waits] == [False, False, False, True, True]
    assert 0 < budget.reserve() <= Rate.per_minute(60).interval_seconds
    assert budget.use().this_minute + budget.use().last_minute == 4


def test_what_is_used_can_be_read_without_changing_it(server: Any, key: str) -> None:
    budget = RedisBudget(server, key=key, requests_per_minute=60)
    rested = budget.use()
    assert (rested.limit, rested.load, rested.last_minute + rested.this_minute) == (60, 0.0, 0)
    assert not server.exists(key)
    budget.reserve()
    budget.reserve()
    assert 0.4 < RedisBudget(server, key=key, requests_per_minute=60).use().load <= 2 / 3


def test_redis_counts_as_a_budget_in_memory_does(server: Any, key: str) -> None:
    """In the minute in which a request leaves: 60 slots at 60 a minute go on into the next one."""
    now = server.time()[0] + server.time()[1] / 1e6
    memory = InProcessBudget(requests_per_minute=60, clock=lambda: now)
    shared = RedisBudget(server, key=key, requests_per_minute=60)
    for _ in range(60):
        memory.reserve()
        shared.reserve()

    minute, taken, before = (int(number) for number in server.get(key).split()[1:])

    assert minute == memory._book.minute
    assert abs(taken - memory._book.taken) <= 1  # the calls took time
    assert abs(before - memory._book.taken_before) <= 2


def test_all_brands_of_an_address_share_one_budget_of_sign_ins() -> None:
    other = dataclasses.replace(CONFIG, brand="other", integrator_id="another", client_id="x")
    assert auth_budget_key(other) == auth_budget_key(CONFIG) != budget_key(CONFIG)
    assert auth_budget_key(dataclasses.replace(CONFIG, base_url="https://elsewhere.example")) != auth_budget_key(CONFIG)


def test_sign_ins_have_the_rate_of_the_contract(server: Any) -> None:
    config = dataclasses.replace(CONFIG, base_url=f"https://{uuid.uuid4()}.example")
    budget = RedisBudget.for_authentication(URL, config=config)
    try:
        waits = [budget.try_take() for _ in range(16)]
        assert waits[:15] == [0.0] * 15
        assert 1 < waits[15] < 60 / 43
        assert budget.use().limit == 58
    finally:
        server.delete(auth_budget_key(config))


def test_processes_share_one_budget(server: Any, key: str) -> None:
    program = textwrap.dedent(
        """
        import sys, redis
        from django_clopos.client import RedisBudget
        budget = RedisBudget(redis.Redis.from_url(sys.argv[1]), key=sys.argv[2], requests_per_minute=300)
        print(*[budget.reserve() for _ in range(60)])
        """
    )
    started = time.monotonic()
    workers = [
        subprocess.Popen([sys.executable, "-c", program, URL, key], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    waits = [float(wait) for worker in workers for wait in worker.communicate(timeout=60)[0].split()]
    elapsed = time.monotonic() - started

    # 180 slots were taken; the last leaves when 165 intervals after the first, less what has passed meanwhile.
    assert len(waits) == 180
    assert 165 / 4.65 - elapsed <= max(waits) <= 165 / 4.65 + 0.01
    assert all(worker.returncode == 0 for worker in workers)


def test_a_redis_that_does_not_answer_stops_the_request() -> None:
    """To go on without a budget could exceed the limit for everyone."""
    budget = RedisBudget.from_url("redis://:hidden@127.0.0.1:1/0", config=CONFIG)

    with pytest.raises(BudgetUnavailable) as caught:
        budget.reserve()

    assert "CLOPOS_REDIS_URL" in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_key_names_no_credential() -> None:
    assert CONFIG.integrator_id not in budget_key(CONFIG)
