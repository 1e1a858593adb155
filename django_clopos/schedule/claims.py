"""Who does a job: a claim on its row, renewed while the worker lives, and what its end means for the next time."""

from __future__ import annotations

import os
import random
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, router
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least

from django_clopos.models.bookkeeping import SyncStep
from django_clopos.models.schedule import Schedule, Work
from django_clopos.schedule.holds import end_hold, hold_brand
from django_clopos.schedule.jobs import JOBS_BY_NAME, choose_cadence
from django_clopos.schedule.rows import find_due
from django_clopos.schedule.waits import choose_wait, explain
from django_clopos.sync.clock import DatabaseNow, after
from django_clopos.sync.lease import is_process_alive
from django_clopos.sync.quarantine import Rejection
from django_clopos.sync.report import Listener

#: Longer than the longest silence of a worker that lives: a spent window, or a remote that answers nothing.
LIFETIME = timedelta(minutes=4)
_RENEW_SECONDS = 15.0
#: The first round may be this short a part of the cadence: brands that began together must not poll together for ever.
_SHORTEST_FIRST = 0.2
#: Half a minute in all, within which a database comes back from a restart.
_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(kw_only=True, slots=True)
class Claim(Listener):
    """A job that this process does. As the listener of a sync it tells that the process lives."""

    row: Schedule
    holder: str
    is_settled: bool = False
    last_renewed: float = field(default_factory=time.monotonic)
    """On the monotonic clock of this process, in seconds."""

    def step_started(self, step: SyncStep) -> None:
        """Renew the claim."""
        self.renew()

    def page_stored(self, step: SyncStep, *, rejections: Sequence[Rejection], budget_remaining: int | None) -> None:
        """Renew the claim."""
        self.renew()

    def renew(self) -> None:
        """Show that this process lives, every few seconds at most."""
        if time.monotonic() - self.last_renewed >= _RENEW_SECONDS:
            self._mine().update(alive_until=after(LIFETIME))
            self.last_renewed = time.monotonic()

    def succeed(self, *, is_unfinished: bool = False) -> None:
        """Note that the job was done. `is_unfinished`: a part of it, and the rest is due at once."""
        every = choose_cadence(
            JOBS_BY_NAME[self.row.job], brand=self.row.brand.slug, own_seconds=self.row.every_seconds
        )
        if self.row.succeeded_at is None:
            every *= random.uniform(_SHORTEST_FIRST, 1)  # noqa: S311  # no secret
        due = DatabaseNow() if is_unfinished else Greatest(F("started_at") + every, DatabaseNow())
        self._settle(due_at=due, succeeded_at=DatabaseNow(), failures=0, error="")
        if self.row.work != Work.PRUNE:  # which asks nothing of the remote
            end_hold(self.row.brand_id)

    def fail(self, error: BaseException, *, is_hopeless: bool = False) -> None:
        """Note a failure, and wait longer after every one. `is_hopeless`: the brand's other jobs would fail as well."""
        wait = choose_wait(error, failures=self.row.failures + 1)
        self._settle(due_at=after(wait), failures=F("failures") + 1, error=explain(error))
        if is_hopeless:
            hold_brand(self.row.brand_id, error)

    def postpone(self, delay: timedelta) -> None:
        """Give the job back undone, due again after this long."""
        self._settle(due_at=after(delay))

    def _settle(self, **columns: object) -> None:
        """Give the claim back; a process that has taken it over meanwhile is left alone."""
        ended: dict[str, Any] = {"finished_at": DatabaseNow(), "ticket": F("ticket") + 1, **columns}
        _insist(lambda: self._mine().update(started_at=None, holder="", queued_at=None, **ended))
        self.is_settled = True

    def _mine(self) -> QuerySet[Schedule]:
        return Schedule.objects.filter(pk=self.row.pk, holder=self.holder)


class NoClaim(Listener):
    """Stands in place of a claim where a site called a task itself: there is no row to speak of."""

    is_settled = True

    def renew(self) -> None:
        """Nothing to renew."""

    def succeed(self, *, is_unfinished: bool = False) -> None:
        """Nothing to note."""

    def fail(self, error: BaseException, *, is_hopeless: bool = False) -> None:
        """Nothing to note; the run has the error."""

    def postpone(self, delay: timedelta) -> None:
        """Nothing to give back."""


@contextmanager
def claim(ticket: Sequence[int] | None) -> Iterator[Claim | NoClaim | None]:
    """Claim a job for the message with this ticket; None: the ticket is void, or another process does the job.

    An error that leaves the block is noted as the job's failure and passed on; a block that settles nothing gives the
    job back as it was.
    """
    found = NoClaim() if ticket is None else _try_claim(*ticket)
    if found is None:
        yield None
        return
    try:
        yield found
    except Exception as error:
        if not found.is_settled:
            found.fail(error)
        raise
    finally:
        if not found.is_settled:
            found.postpone(timedelta(0))


def _insist(write: Callable[[], object]) -> None:
    """Write, and wait for a database that is away: it may be restarting, and a job left claimed waits for minutes."""
    for pause in _PAUSES_SECONDS:
        try:
            write()
        except (OperationalError, InterfaceError):
            close_old_connections()  # the broken one
            time.sleep(pause)
        else:
            return
    write()


def make_due(brand_id: int, work: Work) -> None:
    """Have a job of a brand done now, unless it is under way or waits after a failure."""
    rows = Schedule.objects.filter(brand=brand_id, work=work, started_at=None, queued_at=None, failures=0)
    rows.update(due_at=Least(F("due_at"), DatabaseNow()))


def _try_claim(schedule_id: int, number: int) -> Claim | None:
    rows = Schedule.objects.using(router.db_for_write(Schedule)).filter(pk=schedule_id, ticket=number)
    row = rows.select_related("brand").first()
    if row is None:
        return None
    if not find_due().filter(pk=row.pk).exists() and row.started_at is None:
        rows.filter(started_at=None).update(queued_at=None)  # paused, held or switched off since it was queued
        return None
    holder = uuid.uuid4().hex
    is_free = Q(started_at=None) | Q(alive_until__lte=DatabaseNow())
    if is_dead(row):
        is_free |= Q(holder=row.holder)
    taken = rows.filter(is_free).update(
        started_at=DatabaseNow(),
        holder=holder,
        host=socket.gethostname(),
        pid=os.getpid(),
        alive_until=after(LIFETIME),
    )
    return Claim(row=row, holder=holder) if taken else None


def is_dead(row: Schedule) -> bool:
    """Tell whether a job is held by a process of this host that no longer runs."""
    return row.host == socket.gethostname() and row.pid is not None and not is_process_alive(row.pid)
