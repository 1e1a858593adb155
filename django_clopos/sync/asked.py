"""Runs that a person asked for: recorded at once, so that they can be followed, and begun when a worker takes them.

A message that comes twice, or too late, finds its run taken or withdrawn, and does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from django_clopos.models.bookkeeping import Status, SyncRun
from django_clopos.models.brands import Brand
from django_clopos.sync.endings import close_dead_runs
from django_clopos.sync.locking import begin_with_write

#: A run that no worker took in this time is taken for lost, and no longer stands in the way of another.
PATIENCE = timedelta(minutes=10)


def ask_for_run(brand: Brand, resources: Sequence[str]) -> tuple[SyncRun, bool]:
    """Record that somebody wants these resources synced (none: all), and whether this is new.

    Where such a run waits or goes on already, that one is given: two clicks do not sync twice.
    """
    close_dead_runs(brand)
    with transaction.atomic(using=router.db_for_write(SyncRun)):
        locked = Brand.objects.filter(pk=brand.pk)
        begin_with_write(locked, column="holds")
        locked.select_for_update().values_list("pk").get()
        _give_up_late(brand)
        found = find_under_way(brand).first()
        if found is not None:
            return found, False
        options = {"resources": list(resources)} if resources else {}
        run = SyncRun.objects.create(brand=brand, status=Status.QUEUED, options=options, started_at=timezone.now())
        return run, True


def find_under_way(brand: Brand) -> QuerySet[SyncRun]:
    """Give the runs of whole resources that wait or go on, the oldest first; not the short ones of the schedule."""
    runs = SyncRun.objects.using(router.db_for_write(SyncRun)).filter(
        brand=brand, status__in=(Status.QUEUED, Status.RUNNING)
    )
    return runs.exclude(options__has_any_keys=("part", "retry_rejected")).order_by("pk")


def take_run(run_id: int) -> SyncRun | None:
    """Take a run for this process; None: another one did, or it was withdrawn."""
    taken = _queued().filter(pk=run_id).update(status=Status.RUNNING, started_at=timezone.now())
    run = SyncRun.objects.select_related("brand").filter(pk=run_id).first()
    if run is not None and not taken:
        close_dead_runs(run.brand)  # the message came again, perhaps because the process that took it was killed
    return run if taken else None


def withdraw_run(run_id: int, *, reason: str) -> bool:
    """Give up a run that no worker has taken; False: one has."""
    queued = _queued().filter(pk=run_id)
    return bool(queued.update(status=Status.ABANDONED, finished_at=timezone.now(), error=reason))


def _give_up_late(brand: Brand) -> None:
    for run_id in _queued().filter(brand=brand, started_at__lt=timezone.now() - PATIENCE).values_list("pk", flat=True):
        withdraw_run(run_id, reason="No worker took it in time.")


def _queued() -> QuerySet[SyncRun]:
    return SyncRun.objects.using(router.db_for_write(SyncRun)).filter(status=Status.QUEUED)
