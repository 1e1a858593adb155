"""What was sold: products and categories, with quantities, discounts, gifts, returns and margin.

Amounts are the lines' own, after the line's discount and its share of the receipt's. They need not add up to
the receipts': service charge, delivery fee and excluded tax are in no line. Source: wire contract, sections 10, 13.15.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from django_clopos.models import Category, Product, ReceiptProduct
from django_clopos.reports.counting import divide, exact, select_parts, shown, size
from django_clopos.reports.labels import name_rows
from django_clopos.reports.question import Question, clopos_id

_COLUMNS = ("count", "subtotal", "total", "total_discount", "receipt_discount", "cost")


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemSales:
    """The lines of a product or a category, returns subtracted, 4 places each."""

    id: int | None
    """Clopos id; None: no product is named, or it is in no category that is known."""
    name: str
    category: str | None
    """Of a product; None for a category."""
    count: Decimal
    """Sold, gifts included, returns subtracted; kilograms of what is sold by weight."""
    gift_count: Decimal
    returned_count: Decimal
    total: Decimal
    """Net sales of the lines; a gift adds nothing."""
    returned: Decimal
    """Subtracted already."""
    discounts: Decimal
    gifts: Decimal
    """What the gifts would have cost."""
    cost: Decimal
    """Of the lines, gifts included: taken as the whole line's."""
    lines: int
    without_cost: int
    """Lines of which the remote gives no cost: the margin looks too good."""

    @property
    def margin(self) -> Decimal | None:
        """Give the total less the cost; None: no line has a cost."""
        return None if self.without_cost == self.lines else self.total - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """Give the margin in percent of the total, as the remote reckons it. Source: wire contract, section 10."""
        return None if self.margin is None else divide(self.margin * 100, self.total)


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """All that was sold, the largest total first: the top is at the beginning, the bottom at the end."""

    currency: str
    products: tuple[ItemSales, ...]
    categories: tuple[ItemSales, ...]


def sum_items(question: Question) -> Items:
    """Sum the lines of the sales by product, and the products by category, in 7 queries."""
    products: dict[int | None, _Tally] = defaultdict(_Tally)
    written: dict[int, str | None] = {}
    for row in _sum_lines(question):
        products[row["product"]].add(row)
        written[row["product"] or 0] = row["written"] or written.get(row["product"] or 0)
    category_of = _find_categories(products)
    categories: dict[int | None, _Tally] = defaultdict(_Tally)
    for key, tally in products.items():
        categories[category_of.get(key)].merge(tally)
    category_names = name_rows(Category, {*categories, *category_of.values(), None})
    names = name_rows(Product, products, otherwise=written)
    return Items(
        currency=question.brand.currency,
        products=_sort(
            tally.close(id=clopos_id(key), name=names[key], category=category_names[category_of.get(key)])
            for key, tally in products.items()
        ),
        categories=_sort(
            tally.close(id=clopos_id(key), name=category_names[key], category=None) for key, tally in categories.items()
        ),
    )


@dataclass(slots=True)
class _Tally:
    """Exact sums of one product's or category's lines; see `ItemSales`."""

    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    lines: int = 0
    without_cost: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Add one group of lines: sold or returned, gifts or not."""
        amounts = {name: exact(row[f"sum_{name}"]) for name in _COLUMNS}
        sign = -1 if row["is_return"] else 1
        discounts = Decimal() if row["gift"] else amounts["total_discount"] + amounts["receipt_discount"]
        total = Decimal() if row["gift"] else amounts["total"]
        counted = {"count": amounts["count"], "total": total, "discounts": discounts, "cost": amounts["cost"]}
        for name, amount in counted.items():
            self.sums[name] += sign * amount
        if row["gift"]:
            self.sums["gift_count"] += sign * amounts["count"]
            self.sums["gifts"] += sign * amounts["subtotal"]
        if row["is_return"]:
            self.sums["returned_count"] += amounts["count"]
            self.sums["returned"] += total
        self.lines += row["lines"]
        self.without_cost += row["lines"] - row["with_cost"]

    def merge(self, other: _Tally) -> None:
        for name, amount in other.sums.items():
            self.sums[name] += amount
        self.lines += other.lines
        self.without_cost += other.without_cost

    def close(self, **names: Any) -> ItemSales:
        amounts = ("count", "gift_count", "returned_count", "total", "returned", "discounts", "gifts", "cost")
        rounded: dict[str, Any] = {name: shown(self.sums[name]) for name in amounts}
        return ItemSales(
            **names,
            **rounded,
            lines=self.lines,
            without_cost=self.without_cost,
        )


def _sum_lines(question: Question) -> Iterable[dict[str, Any]]:
    lines: QuerySet[Any, Any] = select_parts(ReceiptProduct.objects.filter(deleted_at=None), question)
    sums: QuerySet[Any, dict[str, Any]] = (
        lines.annotate(gift=Coalesce("is_gift", False))
        .values("product", "is_return", "gift")
        .annotate(
            lines=Count("*"),
            with_cost=Count("cost"),
            written=Max("product_name"),
            **{f"sum_{name}": Sum(size(name, via="receipt__")) for name in _COLUMNS},
        )
    )
    return sums


def _find_categories(products: Iterable[int | None]) -> dict[int | None, int | None]:
    """Find the category of each product that is in the mirror; a variant without one is in its parent's."""
    rows = Product.objects.filter(pk__in=set(products) - {None})
    return dict(rows.values_list("pk", Coalesce("category_id", "parent__category_id")))


def _sort(rows: Iterable[ItemSales]) -> tuple[ItemSales, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.total, row.id or 0)))
