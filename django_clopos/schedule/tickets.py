"""Which jobs are due, and the tickets that messages carry: a job is given out once until it was done or lost."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.db import router, transaction
from django.db.models import F, Q

from django_clopos.mirror.resource import Urgency
from django_clopos.models.schedule import Schedule
from django_clopos.schedule.jobs import JOBS, JOBS_BY_NAME, Job
from django_clopos.schedule.rows import find_due, lock_rows
from django_clopos.schedule.waits import choose_wait
from django_clopos.sync.clock import DatabaseNow, after
from django_clopos.sync.lease import is_process_alive
from django_clopos.sync.locking import begin_with_write

#: A message that no worker took in this time is taken for lost, and sent again.
PATIENCE = timedelta(minutes=10)
PATIENCE_WHEN_URGENT = timedelta(minutes=2)

_KILLED = RuntimeError("The worker that did this was killed, or its machine lost its way to the database.")
_URGENT = [job.name for job in JOBS if job.urgency == Urgency.NOW]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A message's right to do a job once: void as soon as a newer one was given out, or the job was done."""

    schedule_id: int
    number: int
    brand: str
    """The slug."""
    job: Job

    @classmethod
    def next_of(cls, row: Schedule) -> Self:
        """Give the ticket that a row has after its number was raised by one."""
        return cls(schedule_id=row.pk, number=row.ticket + 1, brand=row.brand.slug, job=JOBS_BY_NAME[row.job])

    def as_json(self) -> list[int]:
        """Give what travels with the message."""
        return [self.schedule_id, self.number]


def take_due(*, most: int = 1000) -> list[Ticket]:
    """Mark the jobs that are due as queued, the most urgent first, and give their tickets.

    Two callers at once never take the same job. A job that is queued or being done is left alone, until its message
    must be taken for lost or its worker for dead.
    """
    release_dead()
    is_lost = Q(queued_at__lte=after(-PATIENCE)) | Q(
        queued_at__lte=after(-PATIENCE_WHEN_URGENT), work="poll", resource__in=_URGENT
    )
    return _take(Q(queued_at=None) | is_lost, most=most)


def take_again(schedule_id: int) -> Ticket | None:
    """Take one job that is due, for a worker that leaves the rest of it to a message; None: it is not due."""
    return next(iter(_take(Q(queued_at=None, pk=schedule_id), most=1)), None)


def put_back(tickets: Iterable[Ticket]) -> None:
    """Take it back that these were queued: their messages could not be sent."""
    for ticket in tickets:
        Schedule.objects.filter(pk=ticket.schedule_id, ticket=ticket.number, started_at=None).update(queued_at=None)


def call_off(schedule_id: int) -> None:
    """Have a job due again at the next tick, so that a new cadence counts from now on; a message under way is void."""
    rows = Schedule.objects.filter(pk=schedule_id, started_at=None)
    rows.exclude(due_at=None).update(due_at=DatabaseNow(), queued_at=None, ticket=F("ticket") + 1)


def release_dead() -> None:
    """Make due again what a killed worker held: at once, and after a wait where it is killed again and again.

    A job that takes more memory than there is would otherwise kill one worker after the other.
    """
    running = Schedule.objects.exclude(started_at=None)
    here = running.filter(host=socket.gethostname()).values_list("pk", "pid")
    dead = [pk for pk, pid in here if pid is not None and not is_process_alive(pid)]
    for row in running.filter(Q(pk__in=dead) | Q(alive_until__lte=DatabaseNow())):
        wait = choose_wait(_KILLED, failures=row.failures) if row.failures else timedelta(0)
        running.filter(pk=row.pk, holder=row.holder).update(
            started_at=None,
            holder="",
            queued_at=None,
            due_at=after(wait),
            ticket=F("ticket") + 1,
            failures=F("failures") + 1,
            error=str(_KILLED),
        )


def _take(which: Q, *, most: int) -> list[Ticket]:
    rows = find_due().filter(which)
    with transaction.atomic(using=router.db_for_write(Schedule)):
        begin_with_write(Schedule.objects.filter(pk__in=rows.values("pk")), column="ticket")
        known = [row for row in lock_rows(rows) if row.job in JOBS_BY_NAME]  # an older release may have had others
        chosen = _try_one_of_troubled(sorted(known, key=_rank))[:most]
        Schedule.objects.filter(pk__in=[row.pk for row in chosen]).update(
            ticket=F("ticket") + 1, queued_at=DatabaseNow()
        )
    return [Ticket.next_of(row) for row in chosen]


def _rank(row: Schedule) -> tuple[int, int]:
    job = JOBS_BY_NAME[row.job]
    return job.urgency, JOBS.index(job)


def _try_one_of_troubled(rows: Sequence[Schedule]) -> list[Schedule]:
    """Leave one job of a brand whose hold just ended: it tells whether the others would fail as well."""
    troubled = {row.brand_id for row in rows if row.brand.holds}
    if not troubled:
        return list(rows)
    is_under_way = ~Q(queued_at=None) | ~Q(started_at=None)
    tried = set(Schedule.objects.filter(is_under_way, brand__in=troubled).values_list("brand", flat=True))
    chosen = []
    for row in rows:
        if row.brand_id in troubled and (row.brand_id in tried or row.queued_at is not None):
            continue
        tried |= {row.brand_id} & troubled
        chosen.append(row)
    return chosen
