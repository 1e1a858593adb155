"""When a backfill ends early: some job that must not wait finds no free worker, and this one makes room for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from django_clopos.models.schedule import Schedule, Work
from django_clopos.schedule.rows import find_due
from django_clopos.sync.clock import DatabaseNow, after

#: A job this late has found no worker: a tick comes every few seconds.
LATE = timedelta(seconds=8)
#: Room is made for a job once in this time: if it did not start, it was not for want of a worker.
_ONCE_IN = timedelta(seconds=30)


@dataclass(kw_only=True, slots=True)
class Slice:
    """How long a backfill may go on before it leaves the rest to another message."""

    seconds: float = 540.0
    """At the longest."""
    least_seconds: float = 5.0
    """Before that it makes no room: to stop and begin again costs something too."""
    began_at: float = field(default_factory=time.monotonic)

    def is_over(self) -> bool:
        """Tell whether to stop at this boundary."""
        age = time.monotonic() - self.began_at
        return age >= self.seconds or (age >= self.least_seconds and make_room())


def make_room() -> bool:
    """Tell whether this worker is wanted for a job that is late; of all workers that ask, one is for each such job."""
    is_unserved = Q(room_made_at=None) | Q(room_made_at__lte=after(-_ONCE_IN))
    late = find_due(late_by=LATE).filter(is_unserved).exclude(work=Work.BACKFILL).order_by("due_at")
    key = late.values_list("pk", flat=True).first()
    if key is None:
        return False
    served = Schedule.objects.filter(is_unserved, pk=key, started_at=None).update(room_made_at=DatabaseNow())
    return bool(served)
