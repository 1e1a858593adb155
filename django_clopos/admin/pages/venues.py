"""A venue's page: its clock, what is sold out there, and the ways to its receipts and orders."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.pages.blocks import Badge, Fact, FactsBlock, Tone
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Listed, Related, write_facts
from django_clopos.models import Customer, Order, Receipt, StopListEntry


def find_venue_badges(look: Look) -> Iterable[Badge]:
    """Give the states of a venue."""
    if look.row.is_main:
        yield Badge(text=_("Main venue"), tone=Tone.GOOD)


def read_place(look: Look) -> FactsBlock:
    """Say where the venue is, and by which clock it lives."""
    facts = (*write_facts(look, "address", "phone", "email"), Fact(label=_("Time zone"), value=look.zone.key))
    return FactsBlock(title="", facts=facts)


VENUE = Page(
    find_badges=find_venue_badges,
    parts=(
        read_place,
        Related(
            title=gettext_lazy("Stop list"),
            model=StopListEntry,
            by="venue",
            columns=("product", "limit", "timestamp"),
            order=("limit", "pk"),
            where=Q(removed_at=None),
        ),
    ),
    listed=(
        Listed(title=gettext_lazy("Receipts"), model=Receipt, by="venue"),
        Listed(title=gettext_lazy("Orders"), model=Order, by="venue"),
        Listed(title=gettext_lazy("Stop list"), model=StopListEntry, by="venue"),
        Listed(title=gettext_lazy("Customers"), model=Customer, by="venue"),
    ),
)
