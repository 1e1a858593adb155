"""`manage.py clopos_face_credential`: issue, list and revoke credentials of the Clopos-compatible face."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from django_clopos.management.choices import find_stored_brand
from django_clopos.management.tables import check_tables
from django_clopos.models import FaceCredential, Venue
from django_clopos.models.brands import Brand


class Command(BaseCommand):
    """Exit status: 0 done, 1 refused."""

    help = "Issue, list or revoke credentials for programs that read the mirror as if it were Clopos."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be done, and its flags."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Issue a credential and print its secret, once.")
        create.add_argument("--brand", required=True, help="Slug of the brand.")
        create.add_argument("--name", required=True, help="Who will use it.")
        create.add_argument("--venue", type=int, action="append", default=[], help="Clopos id; may be repeated.")
        create.add_argument("--personal", action="store_true", help="Show personal data of customers and staff.")
        create.add_argument("--integrator", default="", help="Integrator id to demand; default: any will do.")
        create.add_argument("--days", type=int, help="How long it is good for; default: until it is revoked.")
        listing = actions.add_parser("list", help="List credentials.")
        listing.add_argument("--brand", help="Slug of the brand; default: every brand.")
        revoke = actions.add_parser("revoke", help="End a credential, and its tokens, at once.")
        revoke.add_argument("client_id")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Do what was asked."""
        actions: dict[str, Callable[..., None]] = {
            "create": self._create,
            "list": self._list,
            "revoke": self._revoke,
        }
        try:
            check_tables()
            actions[flags["action"]](**flags)
        except (ImproperlyConfigured, ValueError) as error:
            raise CommandError(str(error)) from None

    def _create(self, *, name: str, venue: list[int], personal: bool, integrator: str, **flags: Any) -> None:
        brand = find_stored_brand(flags["brand"])
        _demand_venues(brand, venue)
        days: int | None = flags["days"]
        credential = FaceCredential(
            brand=brand,
            name=name,
            venues=venue,
            sees_personal=personal,
            integrator_id=integrator,
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
        )
        secret = credential.give_secret()
        credential.save()
        self.stdout.write(f"brand          {brand.slug}")
        self.stdout.write(f"client_id      {credential.client_id}")
        self.stdout.write(f"client_secret  {secret}")
        self.stdout.write(f"integrator_id  {integrator or 'any'}")
        self.stdout.write("The secret is not kept and cannot be shown again.")

    def _list(self, *, brand: str | None, **_: Any) -> None:
        rows = FaceCredential.objects.select_related("brand").defer("brand__client_secret")
        for row in rows if brand is None else rows.filter(brand=find_stored_brand(brand)):
            venues = ", ".join(map(str, row.venues)) or "every venue"
            personal = ", personal data" if row.sees_personal else ""
            state = "good" if row.is_good(timezone.now()) else "over"
            self.stdout.write(f"{row.client_id}  {row.brand.slug}  {row.name}  {venues}{personal}  {state}")

    def _revoke(self, *, client_id: str, **_: Any) -> None:
        rows = FaceCredential.objects.filter(client_id=client_id, revoked_at=None)
        if not rows.update(revoked_at=timezone.now()):
            raise CommandError(f"There is no credential {client_id} to revoke.")
        self.stdout.write(f"Revoked {client_id}.")


def _demand_venues(brand: Brand, venues: list[int]) -> None:
    """Raise ValueError for a venue that the brand does not have: a slip would hide everything."""
    known = set(Venue.objects.for_brand(brand).values_list("clopos_id", flat=True))
    unknown = sorted(set(venues) - known)
    if unknown:
        there = ", ".join(map(str, sorted(known))) or "none yet"
        raise ValueError(f"{brand.slug} has no venue {', '.join(map(str, unknown))}. It has: {there}.")
