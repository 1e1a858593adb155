"""How fresh the jobs are, by the database's clock, and what else a monitor is told of the brands."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_clopos.models import Brand, Checkpoint, Drift, Reconciliation, RejectedRow, Schedule, SyncRun
from django_clopos.schedule.freshness import read_freshness
from django_clopos.schedule.idle import find_idle
from django_clopos.schedule.jobs import JOBS
from django_clopos.schedule.judgement import JobStatus, State
from django_clopos.schedule.rows import make_rows
from django_clopos.schedule.status import BrandStatus, read_status
from django_clopos.sync.clock import DatabaseNow, after
from tests.conftest import SLUG, Mirror
from tests.schedule.conftest import put, read_clock

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def done(rows: None) -> None:
    """Every job has just succeeded."""
    now = DatabaseNow()
    Schedule.objects.update(succeeded_at=now, finished_at=now, due_at=after(HOUR), ticket=1)


def judge(job: str, slug: str = SLUG, **options: Any) -> JobStatus:
    return next(each for each in read_freshness(slug, **options)[0].jobs if each.job == job)


def read_brand(slug: str = SLUG) -> BrandStatus:
    return read_status(slug).brands[0]


def test_what_has_just_succeeded_is_fresh(done: None) -> None:
    (brand,) = read_freshness()
    assert [job.job for job in brand.jobs] == [job.name for job in JOBS]
    assert {job.state for job in brand.jobs} == {State.OK}
    assert brand.stale == []


@pytest.mark.parametrize(("seconds", "is_stale"), [(170, False), (190, True)])
def test_the_limit_is_twice_the_cadence_and_a_minute(done: None, seconds: int, is_stale: bool) -> None:
    long_ago = timedelta(seconds=-seconds)
    put("orders", succeeded_at=long_ago, finished_at=long_ago)
    found = judge("orders")
    assert found.limit == timedelta(seconds=180)
    assert found.is_stale is is_stale


def test_a_cadence_of_the_site_moves_the_limit(done: None, settings: Any) -> None:
    settings.CLOPOS = {"CADENCE": {"orders": 600}}
    assert judge("orders").limit == timedelta(seconds=1260)


@pytest.mark.parametrize("skew", [timedelta(minutes=5), timedelta(minutes=-5)], ids=["ahead", "behind"])
def test_a_wrong_clock_of_this_machine_alarms_nobody(done: None, skew: timedelta) -> None:
    with time_machine.travel(timezone.now() + skew):
        found = judge("orders")
    assert not found.is_stale
    assert found.age is not None
    assert found.age < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"is_paused": True}, State.PAUSED),
        ({"due_at": timedelta(0)}, State.DUE),
        ({"due_at": timedelta(0), "queued_at": timedelta(0)}, State.QUEUED),
        ({"started_at": timedelta(0), "queued_at": timedelta(0)}, State.RUNNING),
        ({"failures": 2, "error": "No."}, State.WAITING),
        ({"succeeded_at": None, "finished_at": None}, State.NEVER),
    ],
    ids=lambda value: str(value) if isinstance(value, State) else "",
)
def test_a_job_says_what_is_being_done_about_it(done: None, columns: dict[str, Any], state: State) -> None:
    put("orders", **columns)
    assert judge("orders").state == state


def test_a_job_that_failed_says_why_and_when_it_is_tried_again(done: None) -> None:
    row = put("orders", failures=3, error="GET orders: no connection could be made.", due_at=HOUR)
    found = judge("orders")
    assert (found.failures, found.error, found.until) == (3, row.error, row.due_at)


def test_a_job_that_fails_for_longer_than_its_limit_is_stale(done: None) -> None:
    put("orders", failures=3, succeeded_at=-HOUR)
    assert judge("orders").is_stale


def test_a_job_that_never_succeeded_and_fails_is_stale_when_the_brand_is_old(brand: Brand, rows: None) -> None:
    put("orders", failures=1)
    assert not judge("orders").is_stale
    Brand.objects.update(created_at=after(-HOUR))
    assert judge("orders").is_stale


def test_a_paused_job_is_never_stale(done: None) -> None:
    put("orders", succeeded_at=-HOUR, finished_at=-HOUR, is_paused=True)
    found = judge("orders")
    assert (found.limit, found.is_stale) == (None, False)


def test_an_inactive_brand_is_never_stale(done: None) -> None:
    Schedule.objects.update(succeeded_at=after(-1000 * HOUR), finished_at=after(-1000 * HOUR))
    Brand.objects.update(is_active=False)
    assert read_freshness()[0].jobs == ()


def test_a_held_brand_is_stale_beyond_its_limit(done: None) -> None:
    Brand.objects.update(held_until=after(HOUR), holds=2, hold_reason="Wrong secret.")
    assert (judge("orders").state, judge("orders").is_stale) == (State.HELD, False)
    put("orders", succeeded_at=-HOUR, finished_at=-HOUR)
    found = judge("orders")
    assert (found.state, found.is_stale, found.until) == (State.HELD, True, Brand.objects.get().held_until)


def test_what_waits_for_history_is_not_stale_for_that(rows: None) -> None:
    put("verify", succeeded_at=None, finished_at=timedelta(minutes=-20), due_at=timedelta(minutes=-5), ticket=9)
    put("receipts.trailing", succeeded_at=-50 * HOUR, finished_at=timedelta(minutes=-10), ticket=9)
    assert not judge("verify").is_stale
    assert not judge("receipts.trailing").is_stale


def test_a_job_that_nobody_takes_is_stale_in_the_end(rows: None) -> None:
    put("orders", due_at=-HOUR)
    assert judge("orders").is_stale


def test_where_no_worker_ever_was_there_is_no_limit_unless_one_is_given(brand: Brand) -> None:
    found = judge("orders")
    assert (found.state, found.limit, found.is_stale) == (State.NEVER, None, False)
    assert not judge("orders", limit=timedelta(minutes=90)).is_stale
    Brand.objects.update(created_at=after(-2 * HOUR))
    assert judge("orders", limit=timedelta(minutes=90)).is_stale


def test_only_resources_are_judged_where_no_worker_ever_was(brand: Brand) -> None:
    assert {"verify", "backfill", "prune"}.isdisjoint(job.job for job in read_freshness()[0].jobs)


def test_a_sync_by_hand_counts_where_no_worker_ever_was(mirror: Mirror) -> None:
    mirror("customers")
    found = judge("customers", limit=HOUR)
    assert (found.state, found.is_stale) == (State.OK, False)
    assert judge("stations", limit=HOUR).state == State.NEVER


def test_a_sync_by_hand_ends_an_alarm(mirror: Mirror, done: None) -> None:
    put("orders", succeeded_at=-HOUR, failures=2)
    assert judge("orders").is_stale
    mirror("orders")
    assert not judge("orders").is_stale


def test_a_sync_of_some_days_proves_no_freshness(mirror: Mirror) -> None:
    mirror("receipts", since=timezone.now().date())
    assert judge("receipts").state == State.NEVER


def test_a_sync_that_failed_in_one_venue_proves_no_freshness(mirror: Mirror) -> None:
    run = mirror("receipts").run
    assert judge("receipts").state == State.OK
    run.steps.filter(resource="receipts", venue=2).update(status="failed")
    assert judge("receipts").state == State.NEVER


def count_queries() -> int:
    with CaptureQueriesContext(connection) as queries:
        read_freshness()
    return len(queries)


def test_more_brands_take_no_more_queries(done: None) -> None:
    put("orders", succeeded_at=-HOUR, finished_at=-HOUR)
    before = count_queries()
    for number in range(5):
        Brand.objects.create(slug=f"other-{number}")
    make_rows()
    assert len(read_freshness()) == 6
    assert count_queries() == before <= 3


def test_the_secret_of_a_brand_is_not_read(brand: Brand) -> None:
    assert "client_secret" in read_freshness()[0].brand.get_deferred_fields()


def test_a_backfill_tells_the_day_it_has_reached(brand: Brand) -> None:
    value = {"next": "2026-08-01", "days": 4, "began": timezone.now().isoformat()}
    Checkpoint.objects.create(brand=brand, resource="receipts", venue=2, name="backfill", value=value)
    (found,) = read_brand().backfills
    assert (found.resource, found.venue, found.day) == ("receipts", 2, "2026-08-01")


def test_open_rejections_and_drift_are_counted(brand: Brand) -> None:
    now = timezone.now()
    stamps = {"first_seen_at": now, "last_seen_at": now}
    row: dict[str, Any] = {"brand": brand, "resource": "customers", "table": "Customer", "record": "{}", **stamps}
    RejectedRow.objects.create(key="1", reason="No.", **row)
    RejectedRow.objects.create(key="2", reason="No.", resolved_at=now, **row)
    for path in ("colour", "size"):
        Drift.objects.create(brand=brand, resource="customers", kind="unknown_key", path=path, **stamps)
    assert (read_brand().rejected, read_brand().drift) == (1, 2)


def test_the_last_comparison_is_summed(brand: Brand) -> None:
    now = timezone.now()
    old, new = uuid.uuid4(), uuid.uuid4()
    common: dict[str, Any] = {"brand": brand, "resource": "customers"}
    Reconciliation.objects.create(batch=old, compared_at=now - HOUR, **common)
    for columns in ({"is_equal": True}, {"is_healed": True}, {}, {"error": "No answer."}):
        Reconciliation.objects.create(batch=new, compared_at=now, **common, **columns)
    found = read_brand().comparison
    assert found is not None
    assert (found.parts, found.different, found.failed, found.at) == (4, 1, 1, now)


def test_a_brand_that_was_never_compared_says_so(brand: Brand) -> None:
    assert read_brand().comparison is None


def test_the_error_of_the_last_run_is_told_where_no_worker_ever_was(brand: Brand) -> None:
    SyncRun.objects.create(brand=brand, status="failed", error="Wrong secret.", started_at=timezone.now() - HOUR)
    assert read_brand().run_error == "Wrong secret."
    SyncRun.objects.create(brand=brand, status="succeeded", started_at=timezone.now())
    assert read_brand().run_error == ""


def test_the_use_of_the_budget_is_told(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOPOS_REDIS_URL", raising=False)
    Brand.objects.update(client_id="a", client_secret="b", integrator_id="c")
    budget = read_brand().budget
    assert not isinstance(budget, str)
    assert (budget.limit, budget.this_minute) == (300, 0)


def test_a_brand_without_credentials_has_no_budget_and_says_why(brand: Brand) -> None:
    assert "CLOPOS_CLIENT_ID" in str(read_brand().budget)


def test_nobody_is_idle_while_nothing_is_late(rows: None) -> None:
    assert find_idle(read_clock()) is None


def test_jobs_that_are_due_and_not_given_out_show_that_no_tick_is_at_work(done: None) -> None:
    Schedule.objects.update(finished_at=after(timedelta(minutes=-10)), due_at=after(timedelta(minutes=-8)))
    text = str(find_idle(read_clock()))
    assert text.startswith(f"No worker has taken a job for 10 min, and {len(JOBS)} jobs wait: ")
    assert text.endswith("is a worker running with the queue `clopos`, a beat, and the broker?")


def test_messages_that_nobody_takes_show_that_no_worker_is_there(done: None) -> None:
    Schedule.objects.update(finished_at=after(timedelta(minutes=-10)))
    put("orders", due_at=timedelta(minutes=-9), queued_at=timedelta(minutes=-1))
    found = find_idle(read_clock())
    assert found is not None
    assert (found.waiting, found.queued) == (1, 1)
    assert str(found).endswith("and the messages of 1 job wait: is a worker running with the queue `clopos`?")


def test_jobs_that_wait_beside_busy_workers_show_that_these_are_too_few(done: None) -> None:
    put("verify", started_at=timedelta(minutes=-10), alive_until=timedelta(minutes=3))
    put("users", due_at=timedelta(minutes=-9), queued_at=timedelta(minutes=-9))
    assert str(find_idle(read_clock())) == (
        "1 job waited for up to 9 min for a free worker: more worker processes would help."
    )


def test_jobs_that_wait_for_the_end_of_a_hold_show_nothing(done: None) -> None:
    Schedule.objects.update(due_at=after(-HOUR))
    Brand.objects.update(held_until=after(HOUR), holds=1)
    assert find_idle(read_clock()) is None
