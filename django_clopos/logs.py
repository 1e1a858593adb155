"""What is logged, and how: the engine sends signals, and these receivers write them to `django_clopos`."""

from __future__ import annotations

import logging
from typing import Any

from django.dispatch import receiver

from django_clopos.models.bookkeeping import COUNTS, Status, SyncRun, SyncStep
from django_clopos.signals import row_rejected, step_finished, sync_finished

logger = logging.getLogger("django_clopos")

# httpx logs every URL at INFO; ours hold no secret, but a request line a page is noise in a site's log.
logging.getLogger("httpx").setLevel(logging.WARNING)


@receiver(row_rejected, dispatch_uid="django_clopos.logs.row_rejected")
def log_rejected_row(*, brand: Any, resource: str, key: str, reason: str, **_: Any) -> None:
    """Log where a record was refused; its text stays in the database."""
    logger.warning("Rejected %s %s", resource, key, extra={"brand": str(brand), "reason": reason})


@receiver(step_finished, dispatch_uid="django_clopos.logs.step_finished")
def log_step(*, brand: Any, step: SyncStep, **_: Any) -> None:
    """Log one line a step, with its counts as fields."""
    level = logging.INFO if step.status == Status.SUCCEEDED else logging.ERROR
    level = logging.WARNING if step.note and level == logging.INFO else level
    counts = {name: getattr(step, name) for name in COUNTS}
    extra = {"brand": str(brand), "venue": step.venue, "counts": counts}
    logger.log(level, "%s %s %s", step.resource, step.status, step.error or step.note, extra=extra)


@receiver(sync_finished, dispatch_uid="django_clopos.logs.sync_finished")
def log_run(*, brand: Any, run: SyncRun, **_: Any) -> None:
    """Log how a run ended."""
    level = logging.INFO if run.status == Status.SUCCEEDED else logging.ERROR
    logger.log(level, "Run %s of %s %s %s", run.pk, brand, run.status, run.error, extra={"brand": str(brand)})
