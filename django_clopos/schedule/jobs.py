"""What is done for every brand, how often and how urgently: as declared, unless a site says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django_clopos.conf import load_settings
from django_clopos.mirror import RESOURCES
from django_clopos.mirror.resource import Resource, Urgency
from django_clopos.mirror.strategies import NewestFirst
from django_clopos.models.schedule import Work, name_job

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One kind of work, of every brand."""

    work: Work
    resource: str = ""
    """Empty: the whole brand."""
    every: timedelta
    urgency: Urgency
    begins_late: bool = False
    """First due after its cadence and not at once: there must be something to work on."""

    @property
    def name(self) -> str:
        """Such as `receipts`, `receipts.trailing` or `verify`."""
        return name_job(self.work, self.resource)


def _declare() -> Iterator[Job]:
    for resource in RESOURCES:
        if not resource.is_opt_in:
            yield Job(work=Work.POLL, resource=resource.name, every=resource.every, urgency=resource.urgency)
    for resource in RESOURCES:
        if isinstance(resource.strategy, NewestFirst):
            every = resource.strategy.trailing_every
            yield Job(work=Work.TRAILING, resource=resource.name, every=every, urgency=Urgency.LATER, begins_late=True)
    yield Job(work=Work.BACKFILL, every=timedelta(hours=1), urgency=Urgency.LAST)
    yield Job(work=Work.VERIFY, every=_DAY, urgency=Urgency.LAST, begins_late=True)
    yield Job(work=Work.PRUNE, every=_DAY, urgency=Urgency.LAST, begins_late=True)


#: In the order in which they go when they are due at once and equally urgent.
JOBS: tuple[Job, ...] = tuple(_declare())
JOBS_BY_NAME: Mapping[str, Job] = {job.name: job for job in JOBS}


def choose_cadence(job: Job, *, brand: str, own_seconds: int | None) -> timedelta:
    """Give how often a brand's job is done: by its row, else by CADENCE for the brand, for all, else as declared."""
    cadence = load_settings().CADENCE
    of_brand = cadence.get(brand)
    candidates = (own_seconds, of_brand.get(job.name) if isinstance(of_brand, Mapping) else None, cadence.get(job.name))
    seconds = next((value for value in candidates if isinstance(value, int)), None)
    return job.every if seconds is None else timedelta(seconds=seconds)


def list_backfilled() -> list[Resource]:
    """Give the resources that have a history to read, in sync order."""
    return [resource for resource in RESOURCES if isinstance(resource.strategy, NewestFirst)]
