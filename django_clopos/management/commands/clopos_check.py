"""`manage.py clopos_check`: test the configuration end to end and say what to do about each failure."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from django_clopos.client import AuthenticationFailed, Client, CloposError, ConnectionLost
from django_clopos.conf import load_settings
from django_clopos.management.brands import BrandsCommand, Outcome
from django_clopos.management.progress import keep_logs_off_the_screen
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES
from django_clopos.mirror.strategies import NewestFirst
from django_clopos.models.bookkeeping import Drift, RejectedRow
from django_clopos.models.brands import Brand
from django_clopos.models.truth import KnownMissing
from django_clopos.sync.access import try_access
from django_clopos.sync.connection import find_brand, open_client
from django_clopos.sync.references import count_dangling
from django_clopos.sync.zones import Reading, measure_zone

_SHOWN_DRIFT = 20
_MEASURED_VENUES = 5


class Command(BrandsCommand):
    """Exit status: 0 everything works, 1 something does not."""

    help = "Test the Clopos configuration: settings, database, address, credentials, and every resource."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        super().add_arguments(parser)
        parser.add_argument("--references", action="store_true", help="Count references that lead nowhere.")

    def work(self, brand: str | None, outcome: Outcome, flags: dict[str, Any]) -> None:
        """Check from the inside out; stop where the rest could not work."""
        self.failures = 0
        keep_logs_off_the_screen()
        try:
            self._check(brand, counts_references=flags["references"])
        except ImproperlyConfigured as error:
            self._fail("configuration", str(error))
        except CloposError as error:
            self._fail("access", str(error))
        if self.failures:
            raise CommandError(f"{_count(self.failures, 'check')} failed; see above.")
        self.stdout.write(self.style.SUCCESS("Everything works. Run `manage.py clopos_sync` to mirror the data."))

    def _check(self, slug: str | None, *, counts_references: bool) -> None:
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
            self._check_zones(client, brand)
        self._show_findings(brand)
        if counts_references:
            self._show_references(brand)

    def _check_access(self, client: Client) -> None:
        access = try_access(client)
        self.venues = [clopos_id for clopos_id, _ in access.venues]
        names = access.venue_names or "none"
        self._pass(f"access: signed in for {access.token_minutes:.0f} minutes; venues: {names}")
        if access.skew_seconds is not None:
            skew = f"{access.skew_seconds:+.0f} s"
            self._fail("clock", f"this machine is {skew} off the remote's clock. Turn on time synchronisation.")

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

    def _check_zones(self, client: Client, brand: Brand) -> None:
        """Hold the newest stamps of orders and receipts, venue by venue, against the remote's clock."""
        for resource in RESOURCES:
            if not isinstance(resource.strategy, NewestFirst):
                continue
            for venue in self.venues[:_MEASURED_VENUES]:
                try:
                    reading = measure_zone(client, resource.endpoint, venue=venue, zone=brand.timezone_of(venue))
                except CloposError:
                    break  # told before: the list does not answer
                if reading is not None and reading.suggestion:
                    self._note(f"{resource.name}, venue {venue}: {_describe_zone(reading, brand.timezone_of(venue))}")

    def _show_references(self, brand: Brand) -> None:
        if brand.pk is None:
            return
        found = count_dangling(brand)
        for each in found:
            name = f"{each.model.__name__}.{each.field}"
            rows, targets = _count(each.rows, "row"), _count(each.targets, "id")
            self._note(f"references: {rows} of {name} lead to no {each.target.__name__}, {targets}")
        known = KnownMissing.objects.filter(brand=brand).count()
        if known:
            self._note(f"references: {_count(known, 'id')} no longer known to the remote, see KnownMissing.")
        if not found:
            self._pass("references: each leads to a row")

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


def _describe_zone(reading: Reading, zone: ZoneInfo) -> str:
    """Say what a reading means for the brand's zone."""
    minutes = abs(reading.ahead).total_seconds() // 60
    age = f"{minutes // 60:.0f} h {minutes % 60:.0f} min"
    if not reading.is_naive:
        if not reading.is_impossible:
            return f"the newest change is {age} old; if there were later ones, its Z is no UTC."
        return f"the newest stamp {reading.stamp} is {age} in the future: its Z is no UTC. Syncs allow for it."
    if reading.is_impossible:
        return (
            f"the newest stamp {reading.stamp} would be {age} in the future in {zone}. Set the brand's remote_timezone "
            f"(or the venue's own zone), perhaps to {reading.suggestion}, and run `manage.py clopos_rebuild`."
        )
    return (
        f"the newest change is {age} old. If something was sold just now, the zone is not {zone} "
        f"but perhaps {reading.suggestion}."
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
