"""This project: the sync as the command runs it, with lease, run, counters, checkpoints, removals and history."""

from __future__ import annotations

from datetime import date

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.mirror import get_resource
from django_clopos.models import Brand
from django_clopos.sync.engine import Options, sync

_NO_LIMIT = 10**7


#: What is asked of the sync: what it does by itself, the whole history again, or every day in one window.
ASKED = {
    "ours": Options(holds_collector=True),
    "again": Options(holds_collector=True, is_full=True),
    "days": Options(holds_collector=True, since=date(2000, 1, 1), until=date(2100, 1, 1)),
}


def store(url: str, *, options: Options) -> int:
    """Sync receipts."""
    config = Config(
        base_url=url,
        brand="demo",
        client_id="id",
        client_secret="not-a-secret",
        integrator_id="integrator",
        requests_per_minute=_NO_LIMIT,
    )
    # The budget of the remote is not part of the comparison: no contender has one.
    with Client(config, budget=InProcessBudget(requests_per_minute=_NO_LIMIT)) as client:
        report = sync(Brand.objects.get(), [get_resource("receipts")], options=options, client=client)
    if report.run.status != "succeeded" or report.total("rejected"):
        raise ValueError(f"the sync did not store everything: {report.run.error or report.steps}")
    return report.total("created") + report.total("updated") + report.total("unchanged")
