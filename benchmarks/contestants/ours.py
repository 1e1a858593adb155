"""This project: the sync as the command runs it, with lease, run, counters, checkpoints, removals and history."""

from __future__ import annotations

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.mirror import get_resource
from django_clopos.models import Brand
from django_clopos.sync.engine import Options, sync

_NO_LIMIT = 10**7


def store(url: str, *, is_again: bool) -> int:
    """Sync receipts, all history; `is_again`: read it all again, whatever the checkpoints say."""
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
        options = Options(is_full=is_again, holds_collector=True)
        report = sync(Brand.objects.get(), [get_resource("receipts")], options=options, client=client)
    if report.run.status != "succeeded" or report.total("rejected"):
        raise ValueError(f"the sync did not store everything: {report.run.error or report.steps}")
    return report.total("created") + report.total("updated") + report.total("unchanged")
