"""What one receipt sells, and every amount of it, in whole ten-thousandths so that the sums are exact.

A line: subtotal = (price + modifiers) x count; total = subtotal - own discount - share of the receipt's discount;
a gift's total is 0. A receipt: total = subtotal without gifts - discounts + service charge + delivery fee + excluded
tax; the included tax is part of it already.

Source: wire contract 13.15 names the fields; how they add up is inferred, its samples are trimmed by hand.
"""

from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

from django_clopos.sandbox.amounts import CENT, percent, units

Document = dict[str, Any]

_WEIGHTS = {"DISH": 6, "GOODS": 3, "MODIFICATION": 5, "TIMER": 1}
_BREAKFAST_CATEGORY = 1


@dataclass(slots=True)
class Line:
    product: Document
    price: int
    grams: int
    """Thousandths of a piece or of a kilogram."""
    modifiers: list[tuple[Document, int]]
    """Modifier and its price."""
    is_gift: bool
    discount_rate: int
    subtotal: int = 0
    discount: int = 0
    receipt_discount: int = 0

    @property
    def total(self) -> int:
        return 0 if self.is_gift else self.subtotal - self.discount - self.receipt_discount


@dataclass(slots=True)
class Basket:
    lines: list[Line]
    discount_type: int = 0
    discount_value: int = 0
    """Percent when the type is 1, ten-thousandths when it is 2."""
    service_rate: int = 0
    delivery_fee: int = 0
    subtotal: int = field(init=False, default=0)
    gift_total: int = field(init=False, default=0)
    line_discount: int = field(init=False, default=0)
    total_discount: int = field(init=False, default=0)
    service_charge: int = field(init=False, default=0)
    included_tax: int = field(init=False, default=0)
    excluded_tax: int = field(init=False, default=0)
    total: int = field(init=False, default=0)

    def settle(self) -> None:
        """Compute every amount from the lines, the discount and the rates."""
        paid = [line for line in self.lines if not line.is_gift]
        self.subtotal = sum(line.subtotal for line in paid)
        self.gift_total = sum(line.subtotal for line in self.lines if line.is_gift)
        self.line_discount = sum(line.discount for line in paid)
        self._share_discount(paid)
        self.total_discount = self.line_discount + sum(line.receipt_discount for line in paid)
        net = self.subtotal - self.total_discount
        self.service_charge = percent(net, rate=self.service_rate)
        self.excluded_tax = percent(net, rate=2) if self.delivery_fee > 3 * 10_000 else 0
        taxed = net + self.service_charge
        self.included_tax = taxed * 18 // 118 // CENT * CENT
        self.total = taxed + self.delivery_fee + self.excluded_tax

    def _share_discount(self, paid: list[Line]) -> None:
        """Over the lines in proportion; the last line takes what rounding leaves."""
        if not self.discount_type or not paid:
            return
        net = self.subtotal - self.line_discount
        wanted = percent(net, rate=self.discount_value) if self.discount_type == 1 else min(self.discount_value, net)
        left = wanted
        for line in paid[:-1]:
            line.receipt_discount = (line.subtotal - line.discount) * wanted // max(net, 1) // CENT * CENT
            left -= line.receipt_discount
        paid[-1].receipt_discount = left


class Shelf:
    """Chooses products as guests do: weighted by kind, with breakfast dishes before noon only."""

    def __init__(self, products: list[Document]) -> None:
        sold = [product for product in products if _is_sold(product)]
        self._prices = {product["id"]: units(str(product["price"])) for product in sold}
        self._modifier_prices = {
            modifier["id"]: units(str(modifier["price"]))
            for product in sold
            for group in product["modificator_groups"]
            for modifier in group["modificators"]
        }
        self._morning = _weighted(sold)
        self._day = _weighted([product for product in sold if product["category_id"] != _BREAKFAST_CATEGORY])

    def fill(self, rng: Random, *, hour: int, guests: int) -> list[Line]:
        """The lines of one receipt; more for more guests."""
        products, cumulative = self._morning if hour < 12 else self._day
        count = min(1 + guests + int(rng.expovariate(0.7)), 14)
        picked = rng.choices(products, cum_weights=cumulative, k=count)
        return [self._line(product, rng) for product in {product["id"]: product for product in picked}.values()]

    def _line(self, product: Document, rng: Random) -> Line:
        by_weight = product["sold_by_weight"]
        chance = rng.random()
        line = Line(
            product=product,
            price=self._prices[product["id"]],
            grams=rng.randrange(180, 1400) if by_weight else 1000 * _piece_count(rng),
            modifiers=self._modifiers(product, rng) if product["modificator_groups"] and chance > 0.4 else [],
            is_gift=chance < 0.012,
            discount_rate=rng.choice((5, 10, 20)) if 0.03 < chance < 0.06 and product["discountable"] else 0,
        )
        extra = sum(price for _, price in line.modifiers)
        line.subtotal = (line.price + extra) * line.grams // 1000
        line.discount = 0 if line.is_gift else percent(line.subtotal, rate=line.discount_rate)
        return line

    def _modifiers(self, product: Document, rng: Random) -> list[tuple[Document, int]]:
        chosen = [rng.choice(group["modificators"]) for group in product["modificator_groups"]]
        return [(modifier, self._modifier_prices[modifier["id"]]) for modifier in chosen]


def _is_sold(product: Document) -> bool:
    """Sold rules: a parent with variants is not sold itself. Source: wire contract 13.7."""
    return product["type"] in _WEIGHTS and product["status"] == 1 and not product["has_modifications"]


def _weighted(products: list[Document]) -> tuple[list[Document], list[int]]:
    return products, list(accumulate(_WEIGHTS[product["type"]] for product in products))


def _piece_count(rng: Random) -> int:
    return rng.choices((1, 2, 3, 4, 6), weights=(64, 22, 7, 5, 2))[0]
