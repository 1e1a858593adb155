"""`manage.py clopos_prune`: delete old runs, history, settled rejections and comparisons."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from django_clopos.conf import load_settings
from django_clopos.management.choices import find_stored_brand
from django_clopos.management.tables import check_tables
from django_clopos.models.brands import Brand
from django_clopos.sync.prune import Limits, prune

DEFAULT_DAYS = 90
_KINDS = ("runs", "changes", "rejections", "reconciliations")


class Command(BaseCommand):
    """Exit status: 0 done, 1 refused. What was deleted before a Ctrl-C stays deleted."""

    help = "Delete old runs, history, resolved rejections and reconciliations. Mirrored rows are never deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--brand", help="Slug; default: every brand.")
        parser.add_argument(
            "--days",
            type=_parse_days,
            help=f"Keep so many days of everything; default: {DEFAULT_DAYS}, of changes CHANGES_RETENTION_DAYS.",
        )
        for kind in _KINDS:
            parser.add_argument(f"--{kind}-days", type=_parse_days, help=f"Keep so many days of {kind}.")
        parser.add_argument("--dry-run", action="store_true", help="Count what would be deleted; delete nothing.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Prune brand by brand and print the counts."""
        try:
            check_tables()
            limits = _read_limits(flags)
            brands = [find_stored_brand(flags["brand"])] if flags["brand"] else list(Brand.objects.all())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        verb = "would delete" if flags["dry_run"] else "deleted"
        for brand in brands:
            counts = prune(brand, limits, is_dry_run=flags["dry_run"])
            self.stdout.write(
                f"{brand.slug}: {verb} " + ", ".join(f"{count:,} {what}" for what, count in counts.items())
            )


def _read_limits(flags: dict[str, Any]) -> Limits:
    now, given = timezone.now(), flags["days"]

    def before(kind: str, default: int) -> datetime:
        days = next(value for value in (flags[f"{kind}_days"], given, default) if value is not None)
        return now - timedelta(days=days)

    return Limits(
        runs=before("runs", DEFAULT_DAYS),
        changes=before("changes", load_settings().CHANGES_RETENTION_DAYS),
        rejections=before("rejections", DEFAULT_DAYS),
        reconciliations=before("reconciliations", DEFAULT_DAYS),
    )


def _parse_days(text: str | int) -> int:
    try:
        days = int(text)
    except ValueError:
        days = 0
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; write 1 or more.")
    return days
