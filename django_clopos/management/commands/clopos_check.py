"""`manage.py clopos_check`: test the configuration end to end and say what to do about each failure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from django_clopos.client import Client, CloposError
from django_clopos.conf import load_settings
from django_clopos.mirror import RESOURCES
from django_clopos.models.bookkeeping import Drift, RejectedRow
from django_clopos.models.brands import Brand
from django_clopos.sync.connection import find_brand, open_client

#: Clocks further apart than this make tokens and watermarks unreliable.
_LARGEST_SKEW_SECONDS = 60


class Command(BaseCommand):
    """Exit status: 0 everything works, 1 something does not."""

    help = "Test the Clopos configuration: settings, database, address, credentials, and every resource."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--brand", help="Slug; default: the environment's, or the only one.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Check from the inside out; stop where the rest could not work."""
        self.failures = 0
        try:
            values = load_settings()
            self._pass(f"settings: {values.BASE_URL}, {values.REQUESTS_PER_MINUTE} requests a minute")
            self._check_database()
            brand = find_brand(flags["brand"], create=False)
            self._pass(f"brand: {brand.slug}, zone {brand.remote_timezone}, currency {brand.currency}")
            with open_client(brand) as client:
                self._check_access(client)
                self._check_resources(client)
        except ImproperlyConfigured as error:
            self._fail("configuration", str(error))
        except CloposError as error:
            self._fail("access", str(error))
        else:
            self._show_findings(brand)
        if self.failures:
            raise CommandError(f"{self.failures} of the checks failed; see above.")
        self.stdout.write(self.style.SUCCESS("Everything works. Run `manage.py clopos_sync` to mirror the data."))

    def _check_database(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes("django_clopos"))
        except DatabaseError as error:
            raise ImproperlyConfigured(f"The database does not answer: {error}. Check DATABASES.") from None
        if pending:
            raise ImproperlyConfigured("The tables are not up to date. Run `manage.py migrate`.")
        self._pass(f"database: {connection.vendor}, tables up to date")

    def _check_access(self, client: Client) -> None:
        check = client.check()
        names = ", ".join(f"{venue.id} {venue.name}" for venue in check.venues) or "none"
        self._pass(f"access: signed in for {check.token_seconds / 60:.0f} minutes; venues: {names}")
        skew = check.clock_skew_seconds
        if skew is not None and abs(skew) > _LARGEST_SKEW_SECONDS:
            self._fail("clock", f"this machine is {skew:+.0f} s off the remote's clock. Turn on time synchronisation.")

    def _check_resources(self, client: Client) -> None:
        """Ask each list for one row: a module that is off, or a role without the right, shows here."""
        for resource in RESOURCES:
            if resource.is_opt_in or resource.endpoint.has_parent:
                continue
            try:
                page = client.page(resource.endpoint, limit=1)
            except CloposError as error:
                self._fail(resource.name, str(error))
            else:
                total = len(page.records) if page.total is None else page.total
                self._pass(f"{resource.name}: {total:,} rows")

    def _show_findings(self, brand: Brand) -> None:
        if brand.pk is None:
            return
        rejected = RejectedRow.objects.filter(brand=brand, resolved_at=None).count()
        if rejected:
            self.stdout.write(self.style.WARNING(f"note: {rejected} rejected rows wait in RejectedRow."))
        for drift in Drift.objects.filter(brand=brand)[:20]:
            what = f"{drift.resource}: {drift.get_kind_display()} {drift.path}"
            self.stdout.write(self.style.WARNING(f"note: {what}, {drift.count} times, such as {drift.example}"))

    def _pass(self, text: str) -> None:
        self.stdout.write(f"ok    {text}")

    def _fail(self, what: str, text: str) -> None:
        self.failures += 1
        self.stdout.write(self.style.ERROR(f"FAIL  {what}: {text}"))
