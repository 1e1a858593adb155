"""Six processes hammer one shared budget: no window holds more than the limit, and an urgent one hardly waits.

The minute is scaled down to a window of three seconds with the same proportions as `Rate.per_minute`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from django_clopos.client import Rate

ROOT = Path(__file__).resolve().parents[2]
REDIS_URL = os.environ.get("CLOPOS_REDIS_URL") or "redis://127.0.0.1:6379/0"
WINDOW_SECONDS = 3.0
LIMIT = 100
BURST = LIMIT // 20
RATE = Rate(interval_seconds=WINDOW_SECONDS / (0.98 * LIMIT - BURST), burst=BURST)
DURATION_SECONDS = 5.0

#: Writes a line for each slot: whether it was urgent, the wait it was told, and the moments between which it was used.
PROGRAM = """
import json, sys, time
kind, key, role, url, interval, burst, duration = sys.argv[1:]
from django_clopos.client import Rate, RedisBudget
rate = Rate(interval_seconds=float(interval), burst=int(burst))
if kind == "redis":
    import redis
    budget = RedisBudget(redis.Redis.from_url(url), key=key, rate=rate)
else:
    import django
    django.setup()
    from django_clopos.sync.budget_row import RowBudget
    budget = RowBudget(key=key, rate=rate)
budget.use()  # connects
print("ready", flush=True)
sys.stdin.readline()
slots, end = [], time.time() + float(duration)
while (before := time.time()) < end:
    wait = budget.try_take() if role == "patient" else budget.reserve()
    after = time.time()
    if role == "urgent":
        slots.append((True, wait, before + wait, after + wait))
        time.sleep(0.2)
    elif wait == 0:
        slots.append((False, wait, before, after))
    else:
        time.sleep(wait)
print(json.dumps(slots))
"""


@dataclass(frozen=True, kw_only=True)
class Slot:
    is_urgent: bool
    wait: float
    earliest: float
    """No sooner than this was it used,"""
    latest: float
    """and no later: the store decided in between."""


@pytest.fixture
def clock() -> None:
    """Real time: other processes do not travel."""


def hammer(kind: str, key: str, url: str, environment: dict[str, str]) -> list[Slot]:
    """Run five patient processes and an urgent one, and give the slots that they took."""
    numbers = [str(RATE.interval_seconds), str(RATE.burst), str(DURATION_SECONDS)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, kind, key, role, url, *numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        )
        for role in ["patient"] * 5 + ["urgent"]
    ]
    assert [worker.stdout.readline() for worker in workers if worker.stdout] == ["ready\n"] * 6
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=90)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 6
    slots = [
        Slot(is_urgent=urgent, wait=wait, earliest=earliest, latest=latest)
        for output in outputs
        for urgent, wait, earliest, latest in json.loads(output)
    ]
    return sorted(slots, key=lambda slot: slot.latest)


def count_fullest_window(slots: list[Slot]) -> int:
    """Count the slots that were used within one window for sure, however late the processes looked at their clocks."""
    return max(
        sum(start.earliest <= slot.earliest and slot.latest < start.earliest + WINDOW_SECONDS for slot in slots)
        for start in slots
    )


def judge(slots: list[Slot]) -> None:
    """Only the last two counts depend on the speed of the machine: they say that there was something to judge."""
    urgent = [slot for slot in slots if slot.is_urgent]
    assert count_fullest_window(slots) <= LIMIT
    # What the call itself took is no wait for a slot: five patient ones in a queue would make it five intervals.
    assert [slot for slot in urgent if slot.wait > RATE.interval_seconds + (slot.latest - slot.earliest)] == []
    assert len(slots) >= 0.5 * DURATION_SECONDS / RATE.interval_seconds
    assert len(urgent) >= 5


def test_processes_share_a_budget_in_redis() -> None:
    redis = pytest.importorskip("redis")
    server = redis.Redis.from_url(REDIS_URL, socket_connect_timeout=1)
    try:
        server.ping()
    except redis.RedisError:
        pytest.skip("no Redis answers")
    key = f"clopos:test:{uuid.uuid4()}"
    try:
        slots = hammer("redis", key, REDIS_URL, {})
    finally:
        server.delete(key)
        server.close()
    judge(slots)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one process write at a time")
@pytest.mark.django_db(transaction=True)
def test_processes_share_a_budget_in_a_row() -> None:
    values: dict[str, Any] = connection.settings_dict
    place = f"{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT'] or 5432}/{values['NAME']}"
    environment = {"DATABASE_URL": f"postgres://{place}", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    judge(hammer("row", "shared", "", environment))
