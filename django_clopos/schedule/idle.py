"""Whether anybody does what is due. Read off the rows: no worker, tick or broker has to answer for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import router
from django.db.models import Count, Max, Min, Q

from django_clopos.conf import load_settings
from django_clopos.models.schedule import Schedule
from django_clopos.schedule.rows import find_due

#: A tick comes every few seconds, and urgent messages are sent again after two minutes.
_LATE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Idle:
    """Jobs that are due and nobody does."""

    waiting: int
    """How many are late."""
    queued: int
    """How many of them have a message under way."""
    longest: timedelta
    """How late the first of them is."""
    nothing_for: timedelta | None
    """How long no worker has begun or ended any job; None: workers are at work, but there are too few."""

    def __str__(self) -> str:
        """Say it in a sentence, with what to look at."""
        queue = load_settings().QUEUE
        jobs = f"{self.waiting:,} job{'' if self.waiting == 1 else 's'}"
        minutes = f"{self.longest.total_seconds() / 60:.0f} min"
        if self.nothing_for is None:
            return f"{jobs} waited for up to {minutes} for a free worker: more worker processes would help."
        quiet = f"No worker has taken a job for {self.nothing_for.total_seconds() / 60:.0f} min, and"
        if self.queued == self.waiting:
            return f"{quiet} the messages of {jobs} wait: is a worker running with the queue `{queue}`?"
        return f"{quiet} {jobs} wait: is a worker running with the queue `{queue}`, a beat, and the broker?"


def find_idle(now: datetime) -> Idle | None:
    """Tell of jobs that wait too long for a worker; None: there are none. `now`: by the database's clock."""
    late = find_due(late_by=_LATE).filter(brand__holds=0)  # after a hold, one job goes before the others
    found = late.aggregate(waiting=Count("pk"), queued=Count("pk", filter=~Q(queued_at=None)), oldest=Min("due_at"))
    if not found["waiting"]:
        return None
    work = Schedule.objects.using(router.db_for_write(Schedule)).aggregate(
        running=Count("pk", filter=Q(alive_until__gt=now) & ~Q(started_at=None)),
        begun=Max("started_at"),
        ended=Max("finished_at"),
    )
    quiet = now - max((at for at in (work["begun"], work["ended"]) if at), default=found["oldest"])
    return Idle(
        waiting=found["waiting"],
        queued=found["queued"],
        longest=now - found["oldest"],
        nothing_for=None if work["running"] or quiet < _LATE else quiet,
    )
