"""`manage.py clopos_check`: test the configuration end to end and say what to do about each failure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_clopos.client import AuthenticationFailed, Client, CloposError, ConnectionLost
from django_clopos.conf import load_settings
from django_clopos.management.progress import keep_logs_off_the_screen
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES
from django_clopos.models.bookkeeping import Drift, RejectedRow
from django_clopos.models.brands import Brand
from django_clopos.sync.connection import find_brand, open_client

#: Clocks further apart than this make tokens and watermarks unreliable.
_LARGEST_SKEW_SECONDS = 60
_SHOWN_DRIFT = 20


class Command(BaseCommand):
    """Exit status: 0 everything works, 1 something does not."""

    help = "Test the Clopos configuration: settings, database, address, credentials, and every resource."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--brand", help="Slug; default: the environment's, or the only one.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Check from the inside out; stop where the rest could not work."""
        self.failures = 0
        keep_logs_off_the_screen()
        try:
            self._check(flags["brand"])
        except ImproperlyConfigured as error:
            self._fail("configuration", str(error))
        except CloposError as error:
            self._fail("access", str(error))
        if self.failures:
            raise CommandError(f"{_count(self.failures, 'check')} failed; see above.")
        self.stdout.write(self.style.SUCCESS("Everything works. Run `manage.py clopos_sync` to mirror the data."))

    def _check(self, slug: str | None) -> None:
        values = load_settings()
        self._pass(f"settings: {values.REQUESTS_PER_MINUTE} requests a minute")
        self._pass(f"database: {check_tables()}, tables up to date")
        brand = find_brand(slug, create=False)
        self._pass(f"brand: {brand.slug}, zone {brand.remote_timezone}, currency {brand.currency}")
        if not brand.is_active:
            self._fail("brand", f"{brand.slug} is inactive and will not be synced. Switch it on in the admin.")
        with open_client(brand) as client:
            self._pass(f"address: {client.config.base_url}")
            self._check_access(client)
            self._check_resources(client)
        self._show_findings(brand)

    def _check_access(self, client: Client) -> None:
        check = client.check()
        names = "; ".join(f"{venue.id} {venue.name}" for venue in check.venues) or "none"
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
            except (AuthenticationFailed, ConnectionLost):
                raise  # every other resource would fail in the same way, each after all its attempts
            except CloposError as error:
                self._fail(resource.name, str(error))
            else:
                total = len(page.records) if page.total is None else page.total
                self._pass(f"{resource.name}: answers, total {total:,}")

    def _show_findings(self, brand: Brand) -> None:
        if brand.pk is None:
            return
        rejected = RejectedRow.objects.filter(brand=brand, resolved_at=None).count()
        if rejected:
            self._note(f"{_count(rejected, 'rejected row')} in RejectedRow, each with its reason.")
        drift = list(Drift.objects.filter(brand=brand)[: _SHOWN_DRIFT + 1])
        for row in drift[:_SHOWN_DRIFT]:
            times = _count(row.count, "time")
            kind = str(row.get_kind_display()).lower()
            self._note(f"{row.resource}: {kind} {row.path}, {times}, such as {row.example}")
        if len(drift) > _SHOWN_DRIFT:
            self._note("there is more drift; see Drift in the admin.")

    def _pass(self, text: str) -> None:
        self.stdout.write(f"ok    {text}")

    def _note(self, text: str) -> None:
        self.stdout.write(self.style.WARNING(f"note  {text}"))

    def _fail(self, what: str, text: str) -> None:
        self.failures += 1
        self.stdout.write(self.style.ERROR(f"FAIL  {what}: {text}"))


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
