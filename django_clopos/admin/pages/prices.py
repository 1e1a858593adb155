"""What a product costs: by venue as it is now, and since when as history knows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from django_clopos.admin.formats import write_amount, write_moment
from django_clopos.admin.pages.blocks import Cell, Column, Fact, FactsBlock, Row, TableBlock
from django_clopos.admin.pages.look import Look
from django_clopos.models import Change, Product, Venue
from django_clopos.models.history import HistoryMissing

_PRICES = 12


def read_venue_prices(look: Look) -> FactsBlock | None:
    """Give the product's prices in the venues that the user sees. Source: wire contract, section 12, "Price"."""
    prices = dict(_list_prices(look.row.prices))
    if not prices:
        return None
    venues = look.read_rows(Venue).filter(brand=look.row.brand_id).values_list("clopos_id", "name")
    facts = tuple(
        Fact(label=name or clopos_id, value=write_amount(prices[clopos_id], look.currency))
        for clopos_id, name in venues
        if clopos_id in prices
    )
    return FactsBlock(title=_("Prices by venue"), facts=facts) if facts else None


def _list_prices(entries: Any) -> Iterator[tuple[int, Decimal]]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("venue_id"), int):
            try:
                yield entry["venue_id"], Decimal(str(entry.get("price")))
            except InvalidOperation:
                continue


def read_price_history(look: Look) -> TableBlock | None:
    """Give the last prices and since when they held, for whoever may view changes. None: it never changed."""
    if not look.may_view(Change):
        return None
    try:
        prices = Product.objects.price_history(look.row)
    except HistoryMissing:
        return None
    if len(prices) < 2:
        return None
    columns = (Column(label=_("Since")), Column(label=_("Price"), is_number=True))
    rows = tuple(
        Row(
            cells=(
                Cell(value=write_moment(moment, look.zone)),
                Cell(value=write_amount(price, look.currency), is_number=True),
            )
        )
        for moment, price in reversed(prices[-_PRICES:])
    )
    return TableBlock(title=_("Price history"), columns=columns, rows=rows, is_cut=len(prices) > _PRICES)
