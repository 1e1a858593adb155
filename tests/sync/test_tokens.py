"""The token is fetched once however many need it, and a cache that fails ends in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from django_clopos.client import CloposError, TokenStoreUnavailable
from django_clopos.sandbox import serve
from django_clopos.sync.tokens import CacheTokenStore
from tests.conftest import make_sandbox

REDIS_URL = os.environ.get("CLOPOS_REDIS_URL") or "redis://127.0.0.1:6379/0"


@pytest.fixture
def store() -> CacheTokenStore:
    caches["default"].clear()
    return CacheTokenStore(alias="default")


def test_a_token_is_kept_for_its_time(store: CacheTokenStore, clock: Any) -> None:
    assert store.get("key") is None
    store.set("key", "token", seconds=60)
    assert store.get("key") == "token"
    clock.shift(61)
    assert store.get("key") is None


def test_only_the_token_that_was_refused_is_dropped(store: CacheTokenStore) -> None:
    store.set("key", "new", seconds=60)
    store.delete_if("key", "old")
    assert store.get("key") == "new"
    store.delete_if("key", "new")
    assert store.get("key") is None


def test_a_token_is_fetched_once_however_many_need_it(store: CacheTokenStore) -> None:
    fetched: list[int] = []

    def need() -> None:
        with store.lock("key"):
            if store.get("key") is None:
                time.sleep(0.02)
                fetched.append(1)
                store.set("key", "token", seconds=60)

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == [1]


def test_a_lock_is_given_back_after_an_error(store: CacheTokenStore) -> None:
    with pytest.raises(ZeroDivisionError), store.lock("key"):
        raise ZeroDivisionError
    with store.lock("key"):
        pass


def test_a_lock_left_behind_ends_after_a_minute(
    store: CacheTokenStore, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = store.lock("key")
    killed.__enter__()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.shift(61)

    monkeypatch.setattr("time.sleep", sleep)
    with store.lock("key"):
        assert len(waits) == 1


def test_a_lock_that_ran_out_and_is_anothers_now_is_left_alone(store: CacheTokenStore, clock: Any) -> None:
    slow = store.lock("key")
    slow.__enter__()
    clock.shift(61)
    with store.lock("key"):
        slow.__exit__(None, None, None)
        assert caches["default"].get("key:lock") is not None


def test_a_cache_that_gives_no_lock_is_not_waited_for_for_ever(
    store: CacheTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        caches["default"].set("key:lock", "somebody's")

    caches["default"].set("key:lock", "somebody's")
    monkeypatch.setattr("time.sleep", sleep)
    with pytest.raises(TokenStoreUnavailable, match="no lock in five minutes"), store.lock("key"):
        pass
    assert sum(waits) == pytest.approx(300)


def test_an_error_of_the_cache_after_signing_in_does_not_lose_the_token(store: CacheTokenStore) -> None:
    with pytest.raises(TokenStoreUnavailable, match="body"), store.lock("key"):
        raise TokenStoreUnavailable("of the body, not of giving the lock back")


@pytest.mark.parametrize("act", ["get", "set", "delete_if", "lock"])
def test_a_cache_that_does_not_answer_is_a_sentence_without_its_password(act: str) -> None:
    store = CacheTokenStore(redis_url="redis://:hidden@127.0.0.1:1/0")
    with pytest.raises(TokenStoreUnavailable, match="does not answer") as caught:
        {
            "get": lambda: store.get("key"),
            "set": lambda: store.set("key", "token", seconds=5),
            "delete_if": lambda: store.delete_if("key", "token"),
            "lock": lambda: store.lock("key").__enter__(),
        }[act]()
    assert "CLOPOS_REDIS_URL" in str(caught.value)
    assert "hidden" not in "".join(traceback.format_exception(caught.value)) + repr(store)
    assert isinstance(caught.value, CloposError)


@pytest.fixture
def shared() -> Iterator[CacheTokenStore]:
    redis = pytest.importorskip("redis")
    store = CacheTokenStore(redis_url=REDIS_URL)
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=1).ping()
    except redis.RedisError:
        pytest.skip("no Redis answers")
    return store


def test_redis_keeps_the_token_for_every_process(shared: CacheTokenStore) -> None:
    key = f"clopos:test:{uuid.uuid4()}"
    with shared.lock(key):
        shared.set(key, "token", seconds=60)
    other = CacheTokenStore(redis_url=REDIS_URL)
    assert other.get(key) == "token"
    with other.lock(key):
        other.delete_if(key, "token")
    assert shared.get(key) is None


COLD = """
import sys, django
django.setup()
from django_clopos.client import VENUES
from django_clopos.models import Brand
from django_clopos.sync.connection import open_client
print("ready", flush=True)
sys.stdin.readline()
with open_client(Brand(slug="demo")) as client:
    client.page(VENUES)
"""


def test_processes_that_start_together_sign_in_once(shared: CacheTokenStore) -> None:
    sandbox = make_sandbox(today=None, latency_seconds=0.1)
    given = sandbox.credentials("demo")
    with serve(sandbox, port=0) as server:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "CLOPOS_REDIS_URL": REDIS_URL,
            "CLOPOS_BASE_URL": server.url,
            "CLOPOS_BRAND": given.brand,
            "CLOPOS_CLIENT_ID": given.client_id,
            "CLOPOS_CLIENT_SECRET": given.client_secret,
            "CLOPOS_INTEGRATOR_ID": given.integrator_id,
        }
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        workers = [subprocess.Popen([sys.executable, "-c", COLD], env=environment, **pipes) for _ in range(5)]
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            worker.communicate(timeout=60)
    assert [worker.returncode for worker in workers] == [0] * 5
    assert [request.path for request in sandbox.requests].count("auth") == 1
    assert len(sandbox.requests) == 6
