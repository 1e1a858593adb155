"""A sync that is killed at any moment, then run once more, leaves what an uninterrupted one leaves."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from django_clopos.sandbox import Sandbox, serve
from tests.commands.conftest import name_environment
from tests.stress.restaurant import open_small_restaurant
from tests.stress.sites import (
    PostgresSite,
    Site,
    SqliteSite,
    copy_sqlite,
    dump_mirror,
    finish,
    open_postgres,
    run_manage,
)

_IS_STRESS = bool(os.environ.get("CLOPOS_STRESS"))
_IS_POSTGRES = connection.vendor == "postgresql"
#: The longest wait after the request at which a process is killed: some pages' writing.
_LONGEST_DELAY_SECONDS = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Remote:
    """A served restaurant that does not change, and what an uninterrupted sync makes of it."""

    sandbox: Sandbox
    variables: dict[str, str]

    def kill_at(self, site: Site, *, request: int, delay_seconds: float) -> None:
        """Sync, and kill the process so long after its request of this number, the one for a token not counted."""
        reached = threading.Event()
        self.sandbox.before_response("*", reached.set, skip=request)
        process = run_manage(site, "clopos_sync", "--no-progress", variables=self.variables)
        while not reached.wait(0.005) and process.poll() is None:
            continue
        time.sleep(delay_seconds)
        process.kill()
        process.communicate()

    def sync(self, site: Site) -> None:
        """Sync without being disturbed."""
        finish(run_manage(site, "clopos_sync", "--no-progress", variables=self.variables))

    def count_requests(self) -> int:
        """Count what was asked so far."""
        return len(self.sandbox.requests)


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    """A small restaurant on a socket."""
    sandbox = open_small_restaurant(today=None)
    with serve(sandbox, port=0) as server:
        yield Remote(sandbox=sandbox, variables=name_environment(sandbox, server.url))


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> SqliteSite:
    """A database file with its tables, to be copied."""
    site = SqliteSite(path=tmp_path_factory.mktemp("kills") / "empty.sqlite3")
    finish(run_manage(site, "migrate", "--verbosity=0", variables={}))
    return site


@pytest.fixture(scope="module")
def wanted_file(remote: Remote, empty_file: SqliteSite) -> tuple[dict[str, list[str]], int]:
    """What an uninterrupted sync leaves in a file, and how many requests it takes."""
    before = remote.count_requests()
    site = copy_sqlite(empty_file, empty_file.path.with_name("wanted.sqlite3"))
    remote.sync(site)
    return dump_mirror(site), remote.count_requests() - before


@pytest.fixture(scope="module")
def empty_database() -> Iterator[PostgresSite]:
    """A PostgreSQL database with its tables, to be copied."""
    with open_postgres(f"clopos_kills_{os.getpid()}") as site:
        finish(run_manage(site, "migrate", "--verbosity=0", variables={}))
        yield site


@pytest.fixture(scope="module")
def wanted_database(remote: Remote, empty_database: PostgresSite) -> tuple[dict[str, list[str]], int]:
    """What an uninterrupted sync leaves in a PostgreSQL database, and how many requests it takes."""
    before = remote.count_requests()
    with open_postgres(f"{empty_database.name}_wanted", template=empty_database.name) as site:
        remote.sync(site)
        return dump_mirror(site), remote.count_requests() - before


@pytest.mark.parametrize("seed", range(20 if _IS_STRESS else 5))
def test_a_killed_sync_run_again_leaves_a_file_as_an_uninterrupted_one(
    seed: int,
    remote: Remote,
    empty_file: SqliteSite,
    wanted_file: tuple[dict[str, list[str]], int],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    wanted, requests = wanted_file
    site = copy_sqlite(empty_file, tmp_path / "site.sqlite3")
    _kill_and_go_on(remote, site, seed=seed, requests=requests)
    assert dump_mirror(site) == wanted
    record_property("kills", 1)


@pytest.mark.skipif(not _IS_POSTGRES, reason="DATABASE_URL names no PostgreSQL")
@pytest.mark.parametrize("seed", range(50 if _IS_STRESS else 5))
def test_a_killed_sync_run_again_leaves_postgresql_as_an_uninterrupted_one(
    seed: int,
    remote: Remote,
    empty_database: PostgresSite,
    wanted_database: tuple[dict[str, list[str]], int],
    record_property: Callable[[str, object], None],
) -> None:
    wanted, requests = wanted_database
    with open_postgres(f"{empty_database.name}_{seed}", template=empty_database.name) as site:
        _kill_and_go_on(remote, site, seed=seed + 1000, requests=requests)
        assert dump_mirror(site) == wanted
    record_property("kills", 1)


def _kill_and_go_on(remote: Remote, site: Site, *, seed: int, requests: int) -> None:
    """Kill a sync at a moment chosen by the seed, and sync once more."""
    rng = Random(seed)
    request, delay_seconds = rng.randrange(requests - 1), rng.uniform(0, _LONGEST_DELAY_SECONDS)
    remote.kill_at(site, request=request, delay_seconds=delay_seconds)
    (first,) = _read_statuses(site)
    # Killed within its last request, it may have written its end before it died.
    assert first == "running" or request > requests - 5
    remote.sync(site)
    assert _read_statuses(site) == ["abandoned" if first == "running" else "succeeded", "succeeded"]
    steps = site.select("SELECT count(*) FROM django_clopos_syncstep WHERE status = 'running'")
    assert steps == [(0,)], "no step is left that seems to run"


def _read_statuses(site: Site) -> list[str]:
    return [status for (status,) in site.select("SELECT status FROM django_clopos_syncrun ORDER BY id")]
