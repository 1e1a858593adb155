"""`manage.py clopos_status`: how fresh the brands are, and what is the matter. Asks Clopos nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from django_clopos.management.choices import find_stored_brand
from django_clopos.management.progress import keep_logs_off_the_screen
from django_clopos.management.status import print_status, status_as_json
from django_clopos.management.tables import check_tables
from django_clopos.schedule.status import read_status

FAILED, STALE = 1, 3


class Command(BaseCommand):
    """Exit status: 0 everything is fresh, 3 something is older than its limit, 1 it cannot be told."""

    help = "Show how fresh each brand is, its errors, its backlog and its request budget."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--brand", help="Slug; default: every brand.")
        parser.add_argument(
            "--limit", type=int, metavar="MINUTES", help="How old may be what no worker reads, because cron does."
        )
        parser.add_argument("--json", action="store_true", help="Print the result as JSON only.")

    @no_translations
    def handle(self, *args: Any, **flags: Any) -> None:
        """Read it and print it."""
        keep_logs_off_the_screen()
        limit = _read_limit(flags["limit"])
        try:
            check_tables()
            site = read_status(find_stored_brand(flags["brand"]).slug if flags["brand"] else None, limit=limit)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from None
        if not site.brands:
            raise CommandError("There is no brand yet. Run `manage.py clopos_sync`.", returncode=FAILED)
        if flags["json"]:
            self.stdout.write(json.dumps(status_as_json(site), indent=2))
        else:
            print_status(self.stdout, self.style, site)
        if site.stale:
            named = ", ".join(f"{job.job} of {brand.slug}" for brand, job in site.stale[:5])
            more = f" and {len(site.stale) - 5} more" if len(site.stale) > 5 else ""
            raise CommandError(f"Older than it may be: {named}{more}.", returncode=STALE)
        if not flags["json"]:
            self.stdout.write(self.style.SUCCESS("Nothing is older than its limit."))


def _read_limit(minutes: int | None) -> timedelta | None:
    if minutes is not None and minutes < 1:
        raise CommandError("--limit must be 1 or more minutes.", returncode=FAILED)
    return None if minutes is None else timedelta(minutes=minutes)
