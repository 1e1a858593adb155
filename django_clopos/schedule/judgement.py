"""How one job stands: when it last succeeded, how old that may be, what is being done about it. Asks no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Schedule
from django_clopos.schedule.jobs import JOBS_BY_NAME, Job, choose_cadence

#: Beside twice the cadence, for the tick, the way through the broker, and the work itself.
_SLACK = timedelta(minutes=1)


class State(StrEnum):
    """What is being done about a job."""

    OK = "ok"
    DUE = "due"
    """A tick should have given it out by now, or is about to."""
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """After a failure."""
    HELD = "held"
    """With every other job of the brand."""
    PAUSED = "paused"
    NEVER = "never"
    """Not yet done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """How one job of one brand stands."""

    job: str
    state: State
    succeeded_at: datetime | None
    age: timedelta | None
    """Since it succeeded; None: it never did."""
    limit: timedelta | None
    """What is older is stale; None: no worker was ever to do it, or it is paused."""
    is_stale: bool
    until: datetime | None = None
    """When it is tried again, after a failure or a hold."""
    failures: int = 0
    error: str = ""


def judge_row(row: Schedule, *, now: datetime, synced_at: datetime | None = None) -> JobStatus:
    """Judge a job that workers do. `now`: by the database's clock; `synced_at`: when a run by hand read all of it."""
    succeeded_at = _latest(row.succeeded_at, synced_at)
    limit, since = _find_limit(row), _count_from(row, succeeded_at)
    state = _find_state(row, now=now, is_done=succeeded_at is not None)
    return JobStatus(
        job=row.job,
        state=state,
        succeeded_at=succeeded_at,
        age=_measure(succeeded_at, now),
        limit=limit,
        is_stale=limit is not None and since is not None and now - since > limit,
        until={State.WAITING: row.due_at, State.HELD: row.brand.held_until}.get(state),
        failures=row.failures,
        error=row.error,
    )


def judge_unplanned(
    job: Job, brand: Brand, *, now: datetime, synced_at: datetime | None, limit: timedelta | None
) -> JobStatus:
    """Judge a job that no tick ever planned: runs by hand or by cron do it, and only a limit from outside binds it."""
    return JobStatus(
        job=job.name,
        state=State.NEVER if synced_at is None else State.OK,
        succeeded_at=synced_at,
        age=_measure(synced_at, now),
        limit=limit,
        is_stale=limit is not None and now - (synced_at or brand.created_at) > limit,
    )


def _find_limit(row: Schedule) -> timedelta | None:
    if row.is_paused:
        return None
    every = choose_cadence(JOBS_BY_NAME[row.job], brand=row.brand.slug, own_seconds=row.every_seconds)
    return 2 * every + _SLACK


def _count_from(row: Schedule, succeeded_at: datetime | None) -> datetime | None:
    """Give the moment since which a job has not been in order; None: there is nothing to do."""
    if row.due_at is None:
        return None
    if row.failures:
        return succeeded_at or row.brand.created_at
    # One that was put off, such as a verification while history is read, is where it should be.
    return _latest(succeeded_at, row.finished_at) or row.due_at


def _find_state(row: Schedule, *, now: datetime, is_done: bool) -> State:
    is_due = row.due_at is not None and row.due_at <= now
    held_until = row.brand.held_until
    found = {
        State.PAUSED: row.is_paused,
        State.RUNNING: row.started_at is not None,
        State.HELD: held_until is not None and held_until > now,
        State.QUEUED: row.queued_at is not None,
        State.WAITING: row.failures > 0 and not is_due,
        State.DUE: is_due,
        State.NEVER: not is_done,
    }
    return next((state for state, holds in found.items() if holds), State.OK)


def _measure(succeeded_at: datetime | None, now: datetime) -> timedelta | None:
    """Give an age; what ended within this very query is no younger than nothing."""
    return None if succeeded_at is None else max(now - succeeded_at, timedelta(0))


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
