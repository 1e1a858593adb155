"""How orders and receipts are read: newest first, backfilled by windows, and again by days where sorts do not help."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django_clopos.models import Checkpoint, Receipt
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import SLUG, TODAY, Mirror, make_sandbox
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db
Clock = Any  # time_machine gives its traveller no public name


@pytest.fixture
def sandbox() -> Sandbox:
    """Fifty days of one venue's worth of receipts, in pages of 200."""
    return make_sandbox(days=50, receipts_per_day=1, receipt_scope="brand")


def documents(sandbox: Sandbox) -> dict[int, Any]:
    return {document["id"]: document for document in sandbox.documents(SLUG, "receipts")}


def stored() -> set[int]:
    return set(Receipt.objects.values_list("clopos_id", flat=True))


def checkpoints() -> dict[str, Any]:
    return dict(Checkpoint.objects.filter(resource="receipts").values_list("name", "value"))


def asked(sandbox: Sandbox, since: int = 0) -> list[dict[str, str]]:
    """Give the queries of the lists of receipts asked for since a place in the log."""
    return [request.query for request in sandbox.requests[since:] if request.path == "receipts"]


def by_update(queries: list[dict[str, str]]) -> list[dict[str, str]]:
    return [query for query in queries if "updated_at" in query.values() and query.get("limit") != "1"]


def by_day(queries: list[dict[str, str]]) -> list[dict[str, str]]:
    return [query for query in queries if "date[0]" in query and query.get("limit") != "1"]


def find_oldest(sandbox: Sandbox) -> int:
    return min(documents(sandbox).values(), key=lambda document: document["created_at"])["id"]


@pytest.fixture
def first(mirror: Mirror, sandbox: Sandbox) -> None:
    """The whole history is mirrored, and polls have run until nothing is due."""
    mirror("venues", "receipts")
    mirror("receipts")
    assert stored() == documents(sandbox).keys()


def insert(sandbox: Sandbox, clopos_id: int, *, created: str, updated: str | None = None, **fields: Any) -> None:
    stamps = {"created_at": created, "updated_at": updated or created}
    sandbox.insert(SLUG, "receipts", {"id": clopos_id, "venue_id": 1, "total": 1, **stamps, **fields})


def test_the_first_sync_reads_the_whole_history_once(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues")
    report = mirror("receipts")
    assert stored() == documents(sandbox).keys()
    assert report.total("seen") == report.total("created")
    assert checkpoints()["watermark"] <= "2026-11-20T19"
    assert "backfill" not in checkpoints()


def test_a_poll_reads_only_the_first_page(first: None, mirror: Mirror, sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    report = mirror("receipts")
    assert len(sandbox.requests) - before == report.total("pages") == 1


def test_a_poll_finds_new_and_late_edited_receipts(first: None, mirror: Mirror, sandbox: Sandbox) -> None:
    oldest = find_oldest(sandbox)
    insert(sandbox, 990_001, created="2026-11-20 22:30:00")
    sandbox.change(SLUG, "receipts", oldest, total=777)
    report = mirror("receipts")
    assert (report.total("created"), report.total("updated")) == (1, 1)
    assert Receipt.objects.get(clopos_id=oldest).total == 777
    assert len(by_update(asked(sandbox))) >= 1


def test_a_long_overlap_is_read_once_an_hour(first: None, mirror: Mirror, sandbox: Sandbox, clock: Clock) -> None:
    """A stamp of another zone lies hours below the watermark."""
    insert(sandbox, 990_000, created="2026-11-20 22:40:00")
    mirror("receipts")
    insert(sandbox, 990_001, created="2026-09-01 12:00:00", updated="2026-11-20 12:00:00")
    for number in range(200):  # what was edited since, and more just below the short overlap, fill the first page
        insert(
            sandbox, 980_000 + number, created="2026-09-01 12:00:00", updated=f"2026-11-20 {20 + number % 2 * 2}:30:00"
        )
    mirror("receipts")
    assert 990_001 not in stored()
    clock.shift(timedelta(hours=1, minutes=1))
    mirror("receipts")
    assert 990_001 in stored()


def test_an_edit_without_a_stamp_is_found_by_the_trailing_window(
    first: None, mirror: Mirror, sandbox: Sandbox, clock: Clock
) -> None:
    day = str(TODAY - timedelta(days=20))
    quiet = next(key for key, document in documents(sandbox).items() if document["created_at"].startswith(day))
    sandbox.change(SLUG, "receipts", quiet, total=701, updated_at=documents(sandbox)[quiet]["updated_at"])
    clock.shift(timedelta(hours=1, minutes=1))
    before = len(sandbox.requests)
    mirror("receipts")
    assert Receipt.objects.get(clopos_id=quiet).total == 701
    windows = by_day(asked(sandbox, before))
    assert {query["date[0]"] for query in windows} == {str(date(2026, 11, 21) - timedelta(days=30))}
    before = len(sandbox.requests)
    mirror("receipts")
    assert by_day(asked(sandbox, before)) == []


def test_a_stamp_of_the_future_does_not_poison_the_watermark(first: None, mirror: Mirror, sandbox: Sandbox) -> None:
    insert(sandbox, 990_001, created="2026-11-20 22:00:00", updated="2099-01-01 00:00:00")
    mirror("receipts")
    assert checkpoints()["watermark"] < "2026-11-20T20"
    insert(sandbox, 990_002, created="2026-11-20 22:40:00")
    assert mirror("receipts").total("created") == 1


def test_a_receipt_of_the_future_is_part_of_the_history(mirror: Mirror, sandbox: Sandbox) -> None:
    insert(sandbox, 990_001, created="2099-01-01 00:00:00", updated="2026-10-20 10:00:00")
    mirror("venues", "receipts")
    assert 990_001 in stored()


@pytest.mark.parametrize("created", ["1999-12-31 23:00:00", "2000-01-01 00:00:00"])
def test_a_receipt_of_long_ago_stops_nothing(created: str, mirror: Mirror, sandbox: Sandbox) -> None:
    insert(sandbox, 990_001, created=created)
    report = mirror("venues", "receipts")
    assert report.run.status == "succeeded", report.steps[-1].error
    assert stored() == documents(sandbox).keys()


@pytest.mark.parametrize("created", ["0000-00-00 00:00:00", "203-05-25T10:00:00Z", ""])
def test_an_oldest_stamp_that_cannot_be_read_stops_nothing(created: str, mirror: Mirror, sandbox: Sandbox) -> None:
    insert(sandbox, 990_001, created=created, updated="2026-11-20 10:00:00")
    report = mirror("venues", "receipts")
    assert report.run.status == "succeeded", report.steps[-1].error
    assert stored() >= documents(sandbox).keys() - {990_001}


class TestIgnoredSort:
    @pytest.fixture
    def sandbox(self) -> Sandbox:
        return make_sandbox(days=50, receipts_per_day=1, receipt_scope="brand", ignore_sort=("receipts",))

    def test_the_whole_history_is_found_without_sorts(self, mirror: Mirror, sandbox: Sandbox) -> None:
        mirror("venues", "receipts")
        assert stored() == documents(sandbox).keys()

    def test_the_trailing_window_takes_over(self, mirror: Mirror, sandbox: Sandbox) -> None:
        mirror("venues", "receipts")
        mirror("receipts")
        assert "sort_ignored_at" in checkpoints()
        insert(sandbox, 990_001, created="2026-11-20 22:30:00")
        before = len(sandbox.requests)
        assert mirror("receipts").total("created") == 1
        assert by_update(asked(sandbox, before)) == []
        assert by_day(asked(sandbox, before))

    def test_the_sort_is_tried_again_after_a_day(self, mirror: Mirror, sandbox: Sandbox, clock: Clock) -> None:
        mirror("venues", "receipts")
        mirror("receipts")
        clock.shift(timedelta(days=1, minutes=1))
        before = len(sandbox.requests)
        mirror("receipts")
        assert by_update(asked(sandbox, before))


def interrupt(sandbox: Sandbox, *, after: int) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    sandbox.before_response("receipts", stop, skip=after)


def test_a_backfill_goes_on_where_it_was_interrupted(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues")
    interrupt(sandbox, after=10)
    with pytest.raises(KeyboardInterrupt):
        mirror("receipts")
    reached = checkpoints()["backfill"]["next"]
    done = stored()
    assert 0 < len(done) < len(documents(sandbox))
    before = len(sandbox.requests)
    mirror("receipts")
    assert stored() == documents(sandbox).keys()
    windows = by_day(asked(sandbox, before))
    assert min(query["date[0]"] for query in windows) == reached
    assert "backfill" not in checkpoints()


def test_the_watermark_is_that_of_the_beginning_of_the_backfill(mirror: Mirror, sandbox: Sandbox, clock: Clock) -> None:
    mirror("venues")
    interrupt(sandbox, after=10)
    with pytest.raises(KeyboardInterrupt):
        mirror("receipts")
    sandbox.change(SLUG, "receipts", find_oldest(sandbox), total=701)
    mirror("receipts")
    assert Receipt.objects.get(clopos_id=find_oldest(sandbox)).total == 701


def test_days_that_are_asked_for_move_no_checkpoint(first: None, mirror: Mirror, sandbox: Sandbox) -> None:
    before = checkpoints()
    day = TODAY - timedelta(days=45)
    on_it = next(key for key, row in documents(sandbox).items() if row["created_at"].startswith(str(day)))
    sandbox.change(SLUG, "receipts", on_it, total=701, updated_at=documents(sandbox)[on_it]["updated_at"])
    report = mirror("receipts", since=day, until=day)
    assert report.total("updated") == 1
    assert 0 < report.total("seen") < 20
    assert checkpoints() == before


@pytest.mark.parametrize(
    "days",
    [
        {"until": date(2001, 1, 1)},
        {"since": date(2050, 1, 1), "until": date(2050, 1, 2)},
        {"since": date(2050, 1, 1)},
    ],
    ids=str,
)
def test_days_without_a_receipt_are_empty(days: dict[str, date], mirror: Mirror) -> None:
    report = mirror("venues", "receipts", **days)
    assert (report.run.status, report.total("rejected")) == ("succeeded", 0)
    assert not Receipt.objects.exists()


def test_until_alone_reads_from_the_first_record(mirror: Mirror, sandbox: Sandbox) -> None:
    day = TODAY - timedelta(days=40)
    mirror("venues", "receipts", until=day)
    assert stored() == {key for key, row in documents(sandbox).items() if row["created_at"][:10] <= str(day)}


def test_a_full_sync_reads_everything_again(first: None, mirror: Mirror, sandbox: Sandbox) -> None:
    oldest = find_oldest(sandbox)
    sandbox.change(SLUG, "receipts", oldest, total=701, updated_at=documents(sandbox)[oldest]["updated_at"])
    report = mirror("receipts", is_full=True)
    assert (report.total("seen"), report.total("updated")) == (len(documents(sandbox)), 1)


def test_the_history_begins_where_the_site_says(mirror: Mirror, sandbox: Sandbox, settings: Any) -> None:
    day = TODAY - timedelta(days=10)
    settings.CLOPOS = {"HISTORY_FROM": day}
    mirror("venues", "receipts")
    assert stored() == {key for key, row in documents(sandbox).items() if row["created_at"][:10] >= str(day)}


def test_an_empty_remote_is_read_once_it_has_a_record(mirror: Mirror, sandbox: Sandbox) -> None:
    for key in documents(sandbox):
        sandbox.remove(SLUG, "receipts", key)
    assert mirror("venues", "receipts").run.status == "succeeded"
    insert(sandbox, 990_001, created="2025-01-01 10:00:00")  # older than any window
    insert(sandbox, 990_002, created="2026-11-20 22:40:00")
    mirror("receipts")
    assert stored() == {990_001, 990_002}


@pytest.mark.parametrize("skip", range(6))
def test_an_answer_that_is_empty_by_mistake_loses_no_history(skip: int, mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues")
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", skip=skip))
    mirror("receipts")
    mirror("receipts")
    assert stored() == documents(sandbox).keys()


def test_an_empty_poll_does_not_move_the_watermark(first: None, mirror: Mirror, sandbox: Sandbox, clock: Clock) -> None:
    before = checkpoints()["watermark"]
    clock.shift(timedelta(days=3))
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", times=1))
    mirror("receipts")
    assert checkpoints()["watermark"] == before


@pytest.mark.parametrize("bad", [b'"\\ud800"', b"[" * 20_000 + b"]" * 20_000, b"NaN"], ids=["surrogate", "deep", "NaN"])
def test_a_record_that_cannot_be_read_stops_no_walk(bad: bytes, pull: Pull, settings: Any) -> None:
    settings.CLOPOS = {"HISTORY_FROM": date(2026, 11, 19)}
    stamps = {"created_at": "2026-11-19 12:00:00", "updated_at": "2026-11-19 12:00:00"}
    for _ in range(2):  # the first time, and a poll
        report = pull("receipts", b'{"id":1,"x":' + bad + b"}", {"id": 2, **stamps}, since=None, until=None)
        assert report.run.status == "succeeded", report.steps[0].error
    assert stored() == {2}


def test_orders_are_read_in_the_same_way(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues", "orders")
    assert mirror("orders").total("created") == 0
    before = len(sandbox.requests)
    assert mirror("orders").total("pages") == len(sandbox.requests) - before == 1


@pytest.mark.parametrize(("latency_seconds", "first_days"), [(0.0, 1), (0.15, 31)])
def test_the_first_window_is_longer_behind_a_slow_line(
    mirror: Mirror, sandbox: Sandbox, latency_seconds: float, first_days: int
) -> None:
    mirror("venues")
    sandbox.latency_seconds = latency_seconds
    before = len(sandbox.requests)
    mirror("receipts")
    windows = [query for query in by_day(asked(sandbox, before)) if query["limit"] != "1"]
    first, last = (date.fromisoformat(windows[0][f"date[{place}]"]) for place in (0, 1))
    assert (last - first).days + 1 == first_days
    assert stored() == documents(sandbox).keys()
