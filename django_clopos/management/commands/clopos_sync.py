"""`manage.py clopos_sync`: mirror a brand's data now."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from django_clopos.management.brands import FAILED, INTERRUPTED, PARTIAL, BrandsCommand, Outcome
from django_clopos.management.progress import choose_listener
from django_clopos.management.summary import print_summary, report_as_json
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.mirror.resource import Resource
from django_clopos.models.bookkeeping import Status
from django_clopos.models.brands import Brand
from django_clopos.models.venues import Venue
from django_clopos.schedule.holds import try_now
from django_clopos.sync.connection import find_brand
from django_clopos.sync.engine import Options, add_needed, is_dated, sync
from django_clopos.sync.report import RunReport


class Command(BrandsCommand):
    """Exit status: 0 succeeded, 1 failed, 3 partial or (with --fail-on-reject) rejected rows, 130 stopped by Ctrl-C."""

    help = "Mirror Clopos data into this site's database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        super().add_arguments(parser)
        names = ", ".join(resource.name for resource in RESOURCES)
        parser.add_argument("resources", nargs="*", metavar="resource", help=f"What to mirror; default: all. {names}")
        parser.add_argument("--venue", type=int, action="append", default=[], help="Clopos id of a venue; repeatable.")
        parser.add_argument(
            "--since", type=_parse_day, help="First day (YYYY-MM-DD) of orders and receipts to read again."
        )
        parser.add_argument("--until", type=_parse_day, help="Last day of them.")
        parser.add_argument("--full", action="store_true", help="Walk all history again, ignoring watermarks.")
        parser.add_argument(
            "--allow-mass-removal", action="store_true", help="Believe that more than a fifth of the rows is gone."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; write nothing.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON only.")
        parser.add_argument("--no-progress", action="store_true", help="Print no progress.")
        parser.add_argument("--fail-on-reject", action="store_true", help="Exit with 3 where rows were rejected.")

    def work(self, brand: str | None, outcome: Outcome, flags: dict[str, Any]) -> None:
        """Run the sync and tell what it did."""
        try:
            check_tables()
            row = find_brand(brand, create=not flags["dry_run"])
            _refuse_brand(row, venues=flags["venue"])
            resources = _choose_resources(row, flags)
            options = _read_options(flags)
            with choose_listener(self.stdout, quiet=flags["json"] or flags["no_progress"]) as listener:
                report = sync(row, resources, options=options, listener=listener)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was mirrored until then is kept; run it again to go on.", returncode=INTERRUPTED
            ) from None
        if flags["json"]:
            outcome.result = report_as_json(report)
        else:
            print_summary(self.stdout, self.style, report)
        if report.run.status == Status.SUCCEEDED and row.holds:
            try_now(row.pk)  # workers need not wait for the end of a hold whose cause is gone
        _exit_unless_succeeded(report, fails_on_reject=flags["fail_on_reject"])


def _exit_unless_succeeded(report: RunReport, *, fails_on_reject: bool) -> None:
    rejected = report.total("rejected")
    if report.run.status == Status.FAILED:
        _fail(report.run.error or "Every step failed; see above.", FAILED)
    if report.run.status == Status.PARTIAL:
        _fail("Some steps failed; the others are stored. See above.", PARTIAL)
    if fails_on_reject and rejected:
        _fail(f"{rejected} rows were rejected. They are kept in RejectedRow with their reasons.", PARTIAL)


def _fail(message: str, status: int) -> NoReturn:
    raise CommandError(message, returncode=status)


def _refuse_brand(brand: Brand, *, venues: Sequence[int]) -> None:
    """Raise CommandError for a brand that is not to be synced, or a venue that it does not have."""
    if not brand.is_active:
        _fail(f"Brand {brand.slug!r} is inactive. Switch it on in the admin to sync it.", FAILED)
    known = set(Venue.objects.filter(brand=brand).values_list("clopos_id", flat=True)) if brand.pk else set()
    unknown = sorted(set(venues) - known)
    if known and unknown:
        _fail(
            f"Brand {brand.slug!r} has no venue {_join(unknown)}; it has {_join(sorted(known))}. "
            "For one that was opened just now, run `manage.py clopos_sync venues` first.",
            FAILED,
        )


def _refuse_days(since: date | None, until: date | None) -> None:
    """Raise CommandError for days in which nothing can have been sold."""
    if since and until and since > until:
        _fail("--since is later than --until.", FAILED)
    # The remote may be a day ahead of this machine's zone.
    if since and since > timezone.now().date() + timedelta(days=1):
        _fail(f"--since {since} is in the future.", FAILED)


def _join(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _choose_resources(brand: Brand, flags: dict[str, Any]) -> Sequence[Resource]:
    """Turn names and dates into declarations, in sync order. Raises CommandError for what makes no sense."""
    dated = bool(flags["since"] or flags["until"])
    _refuse_days(flags["since"], flags["until"])
    try:
        named = [get_resource(name) for name in flags["resources"]]
    except ValueError as error:
        raise CommandError(str(error), returncode=FAILED) from None
    undated = [resource.name for resource in named if not is_dated(resource)]
    if dated and undated:
        _fail(f"--since and --until mean nothing for {', '.join(undated)}: name only resources with dates.", FAILED)
    if not named:
        named = [resource for resource in RESOURCES if not resource.is_opt_in and (is_dated(resource) or not dated)]
    return add_needed([resource for resource in RESOURCES if resource in named], registry=RESOURCES, brand=brand)


def _read_options(flags: dict[str, Any]) -> Options:
    return Options(
        resources=tuple(flags["resources"]),
        venues=tuple(flags["venue"]),
        since=flags["since"],
        until=flags["until"],
        is_full=flags["full"],
        is_dry_run=flags["dry_run"],
        allows_mass_removal=flags["allow_mass_removal"],
        holds_collector=True,
    )


def _parse_day(text: str | date) -> date:
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write YYYY-MM-DD.") from None
