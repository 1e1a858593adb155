"""A site of a test's own: its database, its place in the services, its brands, and what it says of itself."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, connections
from django.db.models import QuerySet

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Checkpoint, Receipt, SyncStep
from django_clopos.models.bookkeeping import Status
from tests.load.remotes import Remote
from tests.stress.sites import PostgresSite, finish, open_postgres, run_manage

VENUES = (1, 2, 3)
#: What a restaurant writes all day.
EDITED = ("stop-list", "orders", "receipts")
#: Under this name the test itself reads the site's database.
ALIAS = "load"


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Where the workers' services are; every site has names of its own in them."""

    broker_url: str
    redis_url: str
    """Of the request budget; empty: the site's database keeps it."""

    @property
    def broker(self) -> str:
        """What passes the messages."""
        return "RabbitMQ" if self.broker_url.startswith("amqp") else "Redis"

    @property
    def budget(self) -> str:
        """What keeps the budget."""
        return "Redis" if self.redis_url else "a database row"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the workers of one test work for."""

    database: PostgresSite
    services: Services
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every process of the site."""
        return {
            "CELERY_BROKER_URL": self.services.broker_url,
            "CLOPOS_BRAND": "",
            "CLOPOS_REDIS_URL": self.services.redis_url,
            "CLOPOS_REQUESTS_PER_MINUTE": "300",
            "DATABASE_URL": self.database.url,
            "DJANGO_DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "tests.load.settings",
            "LOAD_NAME": self.name,
        }

    def add_brands(self, remotes: Iterable[Remote]) -> None:
        """Give the site a row for every brand, with its address and credentials."""
        for remote in remotes:
            Brand.objects.using(ALIAS).create(
                slug=remote.slug,
                base_url=remote.base_url,
                client_id=remote.client_id,
                client_secret=remote.client_secret,
                integrator_id=remote.integrator_id,
            )

    def steps(self, slug: str) -> QuerySet[SyncStep]:
        """Give the steps of a brand."""
        return SyncStep.objects.using(ALIAS).filter(run__brand__slug=slug)

    def successes(self, slug: str, resource: str, *, venue: int | None) -> list[datetime]:
        """Give the moments at which a list was read with success."""
        steps = self.steps(slug).filter(resource=resource, venue=venue, status=Status.SUCCEEDED)
        return list(steps.values_list("finished_at", flat=True))

    def find_unread(self, slugs: Iterable[str], *, since: datetime) -> list[str]:
        """Say what of the brands is not mirrored yet, or was edited since it was last read."""
        backfilling = self.backfilling()
        unread = [f"{slug} history" for slug in slugs if slug in backfilling]
        for slug in slugs:
            read = self.steps(slug).filter(status=Status.SUCCEEDED)
            known = set(read.values_list("resource", flat=True))
            unread += [f"{slug} {each.name}" for each in RESOURCES if not each.is_opt_in and each.name not in known]
            fresh = read.filter(started_at__gte=since, resource__in=EDITED).values_list("resource", "venue").distinct()
            unread += [f"{slug} {name}" for name in EDITED if sum(found == name for found, _ in fresh) < len(VENUES)]
        return unread

    def find_failures(self) -> list[str]:
        """Say which steps did not succeed, and why."""
        failed = SyncStep.objects.using(ALIAS).filter(status__in=[Status.FAILED, Status.ABANDONED])
        return [f"{step.resource}: {step.error}" for step in failed]

    def count_receipts(self) -> int:
        """Count the receipts of all brands."""
        return Receipt.objects.using(ALIAS).count()

    def backfilling(self) -> set[str]:
        """Give the brands whose backfill has begun and is not done."""
        return set(Checkpoint.objects.using(ALIAS).filter(name="backfill").values_list("brand__slug", flat=True))


@contextmanager
def open_site(services: Services) -> Iterator[Site]:
    """Give a site with empty tables; afterwards nothing is left of it."""
    name = f"clopos_load_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    with open_postgres(name) as database:
        finish(run_manage(database, "migrate", "--verbosity=0", variables={}))
        site = Site(database=database, services=services, name=name)
        finish(run_manage(database, "createcachetable", variables=site.environment))
        with _open_alias(name):
            yield site


@contextmanager
def _open_alias(name: str) -> Iterator[None]:
    connections.databases[ALIAS] = {**connection.settings_dict, "NAME": name}
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]
