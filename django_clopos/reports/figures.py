"""The figures of a set of receipts, and what sums them by anything a receipt says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Expression, Sum

from django_clopos.models import Receipt
from django_clopos.reports.counting import divide, exact, select_sales, shown, size
from django_clopos.reports.question import Question

Key = tuple[Any, ...]

#: The column of each amount of a receipt. Source: wire contract, section 13.15.
_COLUMNS = {
    "subtotal": "subtotal",
    "gifts": "gift_total",
    "discounts": "total_discount",
    "service_charge": "service_charge_value",
    "delivery_fee": "delivery_fee",
    "included_tax": "i_tax",
    "excluded_tax": "e_tax",
    "total": "total",
    "cost": "total_cost",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Amounts:
    """Sums of receipts' amounts, 4 places each. What the remote leaves out counts as 0."""

    gross: Decimal
    """Goods at their price, gifts included, before discounts: `subtotal` and `gift_total`."""
    gifts: Decimal
    discounts: Decimal
    """Of the lines and of the receipt."""
    service_charge: Decimal
    delivery_fee: Decimal
    included_tax: Decimal
    """Part of the total."""
    excluded_tax: Decimal
    """Came on top."""
    total: Decimal
    """Paid or to be paid by the guest, the remote's own figure."""
    cost: Decimal
    """Of the goods, gifts included."""

    def __sub__(self, other: Self) -> Self:
        differences = {each.name: getattr(self, each.name) - getattr(other, each.name) for each in fields(self)}
        return type(self)(**differences)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sales:
    """What was sold, what was returned, and what remains."""

    currency: str
    receipts: int
    """Sales, returns not among them."""
    returns: int
    guests: int
    """Of the sales."""
    without_cost: int
    """Sales of which the remote gives no cost: their margin looks too good."""
    sold: Amounts
    returned: Amounts

    @property
    def net(self) -> Amounts:
        """Give what was sold less what was returned, amount by amount."""
        return self.sold - self.returned

    @property
    def net_sales(self) -> Decimal:
        """Give the totals of the sales less those of the returns."""
        return self.sold.total - self.returned.total

    @property
    def average_receipt(self) -> Decimal | None:
        """Give the net sales for each receipt; None: nothing was sold."""
        return divide(self.net_sales, self.receipts)

    @property
    def average_guest(self) -> Decimal | None:
        """Give the net sales for each guest; None: no guest was counted."""
        return divide(self.net_sales, self.guests)

    @property
    def margin(self) -> Decimal | None:
        """Give the net sales less the net cost; None: no sale has a cost."""
        return None if self.without_cost == self.receipts else self.net_sales - (self.sold.cost - self.returned.cost)

    @property
    def margin_percent(self) -> Decimal | None:
        """Give the margin in percent of the net sales, as the remote reckons it. Source: wire contract, section 10."""
        return None if self.margin is None else divide(self.margin * 100, self.net_sales)


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedSales:
    """The sales of one venue, sale type or member of staff."""

    id: int | None
    """Clopos id; None: the receipts name none."""
    name: str
    sales: Sales


@dataclass(slots=True)
class Tally:
    """Exact sums on the way to `Sales`; adding days up before rounding keeps a period's figures exact."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sold: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    returned: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, row: dict[str, Any]) -> None:
        """Add one group of receipts, all sales or all returns."""
        amounts = self.returned if row["is_return"] else self.sold
        for name in _COLUMNS:
            amounts[name] += exact(row[f"sum_{name}"])
        if row["is_return"]:
            self.counts["returns"] += row["receipts"]
            return
        self.counts["receipts"] += row["receipts"]
        self.counts["guests"] += row["sum_guests"] or 0
        self.counts["without_cost"] += row["receipts"] - row["with_cost"]

    def merge(self, other: Tally) -> None:
        """Add what another tally has summed."""
        for mine, theirs in ((self.sold, other.sold), (self.returned, other.returned)):
            for name, amount in theirs.items():
                mine[name] += amount
        for name, count in other.counts.items():
            self.counts[name] += count

    def close(self, currency: str) -> Sales:
        """Give the sales, rounded."""
        return Sales(
            currency=currency,
            **{name: self.counts[name] for name in ("receipts", "returns", "guests", "without_cost")},
            sold=_round(self.sold),
            returned=_round(self.returned),
        )


def sum_receipts(question: Question, *names: str, **keys: Expression) -> dict[Key, Tally]:
    """Sum the sales by columns and expressions, in 2 queries: tallies by the values of the keys, in their order."""
    rows = (
        select_sales(Receipt.objects.all(), question)
        .annotate(**keys)
        .values(*names, *keys, "is_return")
        .annotate(
            receipts=Count("*"),
            with_cost=Count("total_cost"),
            sum_guests=Sum("guests"),
            **{f"sum_{name}": Sum(size(column)) for name, column in _COLUMNS.items()},
        )
    )
    tallies: dict[Key, Tally] = defaultdict(Tally)
    for row in rows:
        tallies[tuple(row[name] for name in (*names, *keys))].add(row)
    return tallies


def fold(tallies: Mapping[Key, Tally], choose: Callable[[Key], Key]) -> dict[Key, Tally]:
    """Add up the tallies of whose keys `choose` makes the same key; sums stay exact."""
    folded: dict[Key, Tally] = defaultdict(Tally)
    for key, tally in tallies.items():
        folded[choose(key)].merge(tally)
    return folded


def _round(sums: dict[str, Decimal]) -> Amounts:
    # Rounded first and added then, so that what is shown adds up.
    amounts = {name: shown(sums[name]) for name in _COLUMNS}
    return Amounts(gross=amounts.pop("subtotal") + amounts["gifts"], **amounts)
