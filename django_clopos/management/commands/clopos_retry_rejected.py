"""`manage.py clopos_retry_rejected`: try the refused records again, as they were stored, after an upgrade."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_clopos.client import SyncError
from django_clopos.management.choices import choose_resources, find_stored_brand
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES
from django_clopos.sync.replay import Replayed, replay

STILL_REFUSED, INTERRUPTED = 3, 130
_SHOWN = 20


class Command(BaseCommand):
    """Exit status: 0 none is left, 1 refused to begin, 3 some records are still wrong, 130 stopped by Ctrl-C."""

    help = "Try the records in RejectedRow again without the network, after an upgrade."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        names = ", ".join(resource.name for resource in RESOURCES)
        parser.add_argument("resources", nargs="*", metavar="resource", help=f"Of what; default: all. {names}")
        parser.add_argument("--brand", help="Slug; default: the environment's, or the only one.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Replay, and print what is valid now and what is still wrong."""
        try:
            check_tables()
            brand = find_stored_brand(flags["brand"])
            results = replay(brand, choose_resources(flags["resources"]), on_wait=self._tell_waiting)
        except (ImproperlyConfigured, SyncError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was stored until then is kept.", returncode=INTERRUPTED) from None
        for done in results:
            self._show(done)
        if not results:
            self.stdout.write("No record is rejected.")
        left = sum(len(done.refused) for done in results)
        if left:
            raise CommandError(
                f"{left:,} {'record is' if left == 1 else 'records are'} still wrong.", returncode=STILL_REFUSED
            )

    def _show(self, done: Replayed) -> None:
        self.stdout.write(
            f"{done.resource}: {done.stored:,} valid now, {done.overtaken:,} overtaken by newer records, "
            f"{len(done.refused):,} still wrong"
        )
        for key, reason in done.refused[:_SHOWN]:
            self.stdout.write(f"  {key}: {'; '.join(reason.splitlines())}")
        if len(done.refused) > _SHOWN:
            self.stdout.write("  and more; see RejectedRow in the admin")

    def _tell_waiting(self, holder: str) -> None:
        self.stdout.write(f"waiting for {holder}")
