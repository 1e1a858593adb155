"""How steps and runs end: by an error, by hand, or without a word because their process was killed."""

from __future__ import annotations

import socket
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from django_clopos.client import CloposError
from django_clopos.models.bookkeeping import Lease, Status, SyncRun
from django_clopos.models.brands import Brand
from django_clopos.sync.clock import DatabaseNow
from django_clopos.sync.lease import is_process_alive

#: A run that is older and holds no lease has lost its process: between two resources it is but a moment.
_SILENT = timedelta(minutes=10)


def choose_status(error: BaseException | None) -> Status:
    """Give the status of a step that ended with this error; None: with none."""
    match error:
        case None:
            return Status.SUCCEEDED
        case KeyboardInterrupt():
            return Status.ABANDONED
        case _:
            return Status.FAILED


def explain(error: BaseException | None) -> str:
    """Say in a sentence what ended a step, without what an unforeseen error may quote."""
    match error:
        case None:
            return ""
        case CloposError():
            return str(error)
        case KeyboardInterrupt():
            return "Stopped by hand."
        case _:
            return f"An unforeseen error ({type(error).__name__})."


def close_dead_runs(brand: Brand) -> None:
    """Mark runs whose process has died as abandoned: here as soon as it is gone, any other when it holds no lease."""
    running = SyncRun.objects.filter(brand=brand, status=Status.RUNNING)
    here = [run for run in running.filter(host=socket.gethostname()) if run.pid and not is_process_alive(run.pid)]
    held = Lease.objects.filter(
        brand=OuterRef("brand"), host=OuterRef("host"), pid=OuterRef("pid"), expires_at__gt=DatabaseNow()
    )
    silent = running.filter(~Exists(held), started_at__lt=timezone.now() - _SILENT)
    for run in {*here, *silent}:
        _abandon(run)


def _abandon(run: SyncRun) -> None:
    steps = run.steps.filter(status=Status.RUNNING)
    steps.update(status=Status.ABANDONED, finished_at=timezone.now())
    SyncRun.objects.filter(pk=run.pk, status=Status.RUNNING).update(
        status=Status.ABANDONED,
        finished_at=timezone.now(),
        error="Its process was killed, or the database was away when it ended.",
    )
