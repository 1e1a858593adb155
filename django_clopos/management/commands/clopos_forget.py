"""`manage.py clopos_forget`: erase a brand, or a customer's personal data, for good."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import ProtectedError

from django_clopos.client import CloposError
from django_clopos.conf import load_settings
from django_clopos.management.choices import find_stored_brand
from django_clopos.management.tables import check_tables
from django_clopos.mirror import RESOURCES
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Erasure
from django_clopos.sync.forget_brand import forget_brand
from django_clopos.sync.forget_customer import forget_customer

INTERRUPTED = 130


class Command(BaseCommand):
    """Exit status: 0 erased, 1 refused or not confirmed, 130 stopped; then nothing was erased."""

    help = "Erase a brand with everything that was mirrored of it, or a customer's personal data."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--brand", required=True, help="Slug of the brand to erase, or of the customer's brand.")
        parser.add_argument("--customer", type=int, help="Clopos id: erase this customer's personal data only.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Ask, erase, and print what was erased."""
        customer: int | None = flags["customer"]
        try:
            check_tables()
            brand = find_stored_brand(flags["brand"])
            if not flags["yes"]:
                _demand_consent(brand, customer)
            erasure = self._erase(brand, customer)
        except (ImproperlyConfigured, CloposError, ValueError) as error:
            raise CommandError(str(error)) from None
        except ProtectedError:
            raise CommandError(
                "Rows of this site's own refer to the brand and protect it: delete them first."
            ) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was erased.", returncode=INTERRUPTED) from None
        self._report(erasure)

    def _erase(self, brand: Brand, customer: int | None) -> Erasure:
        if customer is None:
            return forget_brand(brand, RESOURCES, on_wait=self._tell_waiting)
        return forget_customer(brand, customer, RESOURCES, on_wait=self._tell_waiting)

    def _report(self, erasure: Erasure) -> None:
        parts = [f"{count:,} {name}" for name, count in erasure.counts.items()]
        self.stdout.write(
            f"Erased {erasure.subject} of {erasure.brand_slug}: {', '.join(parts) or 'nothing was stored'}."
        )
        if erasure.customer is not None:
            self.stdout.write("Later syncs leave the customer's personal data out. Clopos itself still has it.")
        elif erasure.brand_slug == load_settings().BRAND:
            self.stdout.write("CLOPOS_BRAND still names it: the next sync would mirror it again.")

    def _tell_waiting(self, holder: str) -> None:
        self.stdout.write(f"waiting for {holder}")


def _demand_consent(brand: Brand, customer: int | None) -> None:
    """Raise CommandError unless somebody types the brand's slug."""
    if not sys.stdin.isatty():
        raise CommandError("Nobody can be asked here: add --yes to erase for good.")
    what = f"the personal data of customer {customer}" if customer is not None else "everything that was mirrored"
    if input(f"This erases {what} of {brand.slug}, for good. Type {brand.slug} to go on: ") != brand.slug:
        raise CommandError("Not confirmed. Nothing was erased.")
