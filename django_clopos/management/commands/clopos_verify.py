"""`manage.py clopos_verify`: prove that local equals remote, or say what differs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from django_clopos.client import Client, CloposError
from django_clopos.conf import load_settings
from django_clopos.management.brands import FAILED, INTERRUPTED, BrandsCommand, Outcome
from django_clopos.management.findings import describe_finding, findings_as_json, print_findings
from django_clopos.management.progress import keep_logs_off_the_screen
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.mirror.resource import Resource
from django_clopos.models.brands import Brand
from django_clopos.sync.connection import find_brand, open_client
from django_clopos.sync.references import Fetched, fetch_missing
from django_clopos.sync.verify import Finding, Plan, heal, make_plan, verify

DIFFERENT = 3

_LONGEST_HISTORY_DAYS = 3660


class Command(BrandsCommand):
    """Exit status: 0 equal or healed, 3 something differs, 1 something could not be compared, 130 stopped by Ctrl-C."""

    help = "Compare the mirror with Clopos: whole lists, and orders and receipts day by day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        super().add_arguments(parser)
        parser.add_argument("resources", nargs="*", metavar="resource", help="What to compare; default: all.")
        parser.add_argument("--days", type=int, default=7, help="Days of orders and receipts, today included; 7.")
        parser.add_argument("--deep", action="store_true", help="Compare every record, not only counts.")
        parser.add_argument("--heal", action="store_true", help="Read again just what differs, and compare it again.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON only.")

    def work(self, brand: str | None, outcome: Outcome, flags: dict[str, Any]) -> None:
        """Compare, and heal where asked to."""
        resources = _choose_resources(flags["resources"], days=flags["days"])
        keep_logs_off_the_screen()
        try:
            check_tables()
            row = _find_saved_brand(brand)
            with open_client(row) as client:
                findings = self._verify(row, resources, client, flags)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from None
        except CloposError as error:
            raise CommandError(f"Not everything could be compared: {error}", returncode=FAILED) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was compared until then is kept.", returncode=INTERRUPTED) from None
        if flags["json"]:
            outcome.result = findings_as_json(row, findings)
        else:
            print_findings(self.stdout, findings)
        _exit_unless_equal(findings)
        self.say(self.style.SUCCESS("Local equals remote."))

    def _verify(self, brand: Brand, resources: list[Resource], client: Client, flags: dict[str, Any]) -> list[Finding]:
        plan = make_plan(brand, resources, client=client, days=flags["days"], is_deep=flags["deep"])
        self.say(_describe_cost(plan))
        findings = verify(brand, plan, client=client, is_deep=flags["deep"], on_finding=self._tell)
        if flags["heal"]:
            if any(finding.differs for finding in findings):
                self.say("Reading again what differs.")
                heal(brand, findings, client=client)
            self.say(_describe_fetched(fetch_missing(brand, client=client, resources=RESOURCES)))
        return findings

    def _tell(self, finding: Finding) -> None:
        if not finding.row.is_equal:
            self.say(describe_finding(finding))


def _choose_resources(names: list[str], *, days: int) -> list[Resource]:
    """Turn names into declarations, in sync order. Raises CommandError for what makes no sense."""
    if not 1 <= days <= _LONGEST_HISTORY_DAYS:
        raise CommandError(f"--days must be 1 to {_LONGEST_HISTORY_DAYS}.", returncode=FAILED)
    try:
        named = [get_resource(name) for name in names]
    except ValueError as error:
        raise CommandError(str(error), returncode=FAILED) from None
    single = [resource.name for resource in named if resource.endpoint.has_parent]
    if single:
        raise CommandError(f"{', '.join(single)} cannot be compared: it has no list of its own.", returncode=FAILED)
    if named:
        return [resource for resource in RESOURCES if resource in named]
    return [resource for resource in RESOURCES if not (resource.is_opt_in or resource.endpoint.has_parent)]


def _find_saved_brand(slug: str | None) -> Brand:
    brand = find_brand(slug, create=False)
    if brand.pk is None:
        raise ImproperlyConfigured(f"Nothing of {brand.slug!r} is mirrored yet. Run `manage.py clopos_sync` first.")
    return brand


def _describe_cost(plan: Plan) -> str:
    minutes = plan.requests / load_settings().REQUESTS_PER_MINUTE
    time = "less than a minute" if minutes < 1 else f"about {minutes:.0f} min"
    return (
        f"Comparing {len(plan.parts):,} lists and days: about {plan.requests:,} requests, {time}. "
        "What differs is read twice more."
    )


def _describe_fetched(fetched: Fetched) -> str:
    if not fetched.found and not fetched.missing:
        return ""
    return (
        f"References: {fetched.found} missing rows were fetched by their id, {fetched.missing} no longer exist there "
        "and will not be asked for again."
    )


def _exit_unless_equal(findings: list[Finding]) -> None:
    different = sum(finding.differs for finding in findings)
    failed = sum(bool(finding.row.error) for finding in findings)
    if different:
        raise CommandError(
            f"{different} of {len(findings)} comparisons differ. `--heal` reads again what differs.",
            returncode=DIFFERENT,
        )
    if failed:
        raise CommandError(f"{failed} of {len(findings)} comparisons could not be made.", returncode=FAILED)
