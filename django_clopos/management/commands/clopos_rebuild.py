"""`manage.py clopos_rebuild`: derive every column again from the stored records, without the network."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_clopos.client import SyncError
from django_clopos.management.choices import choose_resources, find_stored_brand
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES
from django_clopos.sync.rebuild import Rebuilt, rebuild

INTERRUPTED = 130


class Command(BaseCommand):
    """Exit status: 0 every row is as its record gives it, 1 refused, 3 some records are not valid, 130 stopped."""

    help = "Derive all columns again from the stored records: after an upgrade, a changed time zone, a damaged column."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        names = ", ".join(resource.name for resource in RESOURCES)
        parser.add_argument("resources", nargs="*", metavar="resource", help=f"What to rebuild; default: all. {names}")
        parser.add_argument("--brand", help="Slug; default: the environment's, or the only one.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Rebuild resource by resource and print the counts of each table."""
        rejected = 0
        try:
            check_tables()
            brand = find_stored_brand(flags["brand"])
            for resource in choose_resources(flags["resources"]):
                for done in rebuild(brand, resource, on_wait=self._tell_waiting):
                    self.stdout.write(_describe(resource.name, done))
                    rejected += done.rejected
        except (ImproperlyConfigured, SyncError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was rebuilt until then is kept.", returncode=INTERRUPTED) from None
        if rejected:
            which = "1 record is not valid; its row is as it was" if rejected == 1 else _describe_rejected(rejected)
            raise CommandError(f"{which}. See RejectedRow.", returncode=3)

    def _tell_waiting(self, holder: str) -> None:
        self.stdout.write(f"waiting for {holder}")


def _describe_rejected(rejected: int) -> str:
    return f"{rejected:,} records are not valid; their rows are as they were"


def _describe(resource: str, done: Rebuilt) -> str:
    parts = [f"{done.read:,} rows", f"{done.written:,} written"]
    extra = {"created": done.created, "child rows without a parent dropped": done.dropped, "rejected": done.rejected}
    parts += [f"{count:,} {what}" for what, count in extra.items() if count]
    return f"{resource}, {done.table}: {', '.join(parts)}"
