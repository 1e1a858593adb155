"""Whoever polls the numbers of history while others write misses none, whatever the order in which they commit."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from django_clopos.mirror import get_resource
from django_clopos.models import Brand, Change
from django_clopos.models.truth import ChangeKind
from django_clopos.sync.changes import RowChange
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.columns import RowContext
from django_clopos.sync.engine import sync
from django_clopos.sync.history import open_history
from django_clopos.sync.store import Outcome
from tests.sync.conftest import PATHS, Remote, open_remote

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs writers at once, each with its own connection"),
]

WRITERS = ("customers", "stations", "users", "sale-types")
ROUNDS, ROWS = 12, 5


def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do work and close the thread's own connection, or the test database could not be dropped."""
    try:
        return work(*arguments)
    finally:
        connection.close()


def write_rounds(brand: Brand, name: str) -> None:
    """Sync a resource again and again while all of its rows change."""
    remote = Remote()
    with open_remote(remote) as client:
        for number in range(ROUNDS + 1):
            records: list[Any] = [{"id": key, "name": f"{number}", "email": f"{number}"} for key in range(1, ROWS + 1)]
            remote.lists[PATHS.get(name, name)] = records
            assert sync(brand, [get_resource(name)], client=client).run.status == "succeeded"


def start_process(brand: Brand, name: str) -> subprocess.Popen[bytes]:
    """Run `write_rounds` in a process of its own, on this test's database."""
    values = connection.settings_dict
    address = f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    script = (
        "import django; django.setup()\n"
        "from django_clopos.models import Brand\n"
        "from tests.sync.test_change_numbers import write_rounds\n"
        f"write_rounds(Brand.objects.get(pk={brand.pk}), {name!r})\n"
    )
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen([sys.executable, "-c", script], env=environment)


def write_changes(brand: Brand, count: int) -> None:
    """Write history of customers as a page does."""
    resource = get_resource("customers")
    history = open_history(resource, Checkpoints(brand_id=brand.pk, resource=resource.name, venue=None), run=None)
    context = RowContext(brand_id=brand.pk, venue=None, timezone_of=brand.timezone_of)
    changes = [RowChange(clopos_id=key, kind=ChangeKind.UPDATED) for key in range(1, count + 1)]
    outcome = Outcome(table=resource.table, changes=changes)
    history.record([outcome], context=context, now=timezone.now(), using="default")


def poll(brand: Brand, last: int) -> list[int]:
    return list(Change.objects.filter(brand=brand, seq__gt=last).order_by("seq").values_list("seq", flat=True))


def test_a_reader_beside_four_processes_sees_every_number_once_and_in_order(brand: Brand) -> None:
    seen: list[int] = []
    polls = 0
    writers = [start_process(brand, name) for name in WRITERS]
    try:
        is_over = False
        while not is_over:
            is_over = all(writer.poll() is not None for writer in writers)  # asked before the last look
            found = poll(brand, len(seen))
            polls += bool(found)
            seen += found
            assert seen == list(range(1, len(seen) + 1))
    finally:
        for writer in writers:
            writer.kill()
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert len(seen) == len(WRITERS) * ROUNDS * ROWS == Change.objects.count()
    assert polls > 3, "the reader came too late to prove anything"
    resources = list(Change.objects.order_by("seq").values_list("resource", flat=True))
    turns = sum(one != other for one, other in pairwise(resources))
    assert turns > 2 * len(WRITERS), "the writers wrote one after the other"


def test_numbers_wait_for_the_commit_of_those_before_them(brand: Brand) -> None:
    holds, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            write_changes(brand, 2)
            holds.set()
            assert may_commit.wait(20)

    def write_quickly() -> None:
        with transaction.atomic():
            write_changes(brand, 3)

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(in_thread, write_slowly)
        assert holds.wait(20)
        quick = pool.submit(in_thread, write_quickly)
        with pytest.raises(TimeoutError):
            quick.result(timeout=0.5)
        assert poll(brand, 0) == []
        may_commit.set()
        slow.result(20)
        quick.result(20)
    assert poll(brand, 0) == [1, 2, 3, 4, 5]
    assert list(Change.objects.order_by("seq").values_list("clopos_id", flat=True)) == [1, 2, 1, 2, 3]


def test_a_writer_that_fails_gives_its_numbers_to_the_next(brand: Brand) -> None:
    holds, may_fail = threading.Event(), threading.Event()

    def fail() -> None:
        with transaction.atomic():
            write_changes(brand, 4)
            holds.set()
            assert may_fail.wait(20)
            transaction.set_rollback(True)

    def follow() -> None:
        with transaction.atomic():
            write_changes(brand, 2)

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(in_thread, fail)
        assert holds.wait(20)
        following = pool.submit(in_thread, follow)
        may_fail.set()
        failing.result(20)
        following.result(20)
    assert poll(brand, 0) == [1, 2]
