"""Who comes, how they pay and what goes wrong: every receipt and order of the simulated months.

Ids ascend with `created_at` over all venues. A day's draws depend on the seed, the brand and the day alone.

Source: wire contract 9 (business day), 13.12, 13.15 and 14.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from django_clopos.sandbox.amounts import UNITS
from django_clopos.sandbox.basket import Basket, Shelf
from django_clopos.sandbox.demand import hour_of_day, moments_of_day
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.orders import make_order
from django_clopos.sandbox.people import staff_of
from django_clopos.sandbox.receipts import Sale, make_receipt
from django_clopos.sandbox.stamps import DAY

Document = dict[str, Any]

MISSING_PRODUCT, MISSING_CUSTOMER, MISSING_USER = 9_001, 9_002, 9_003
"""Ids that receipts name and no list holds: deleted long ago."""

_GHOST = {"id": MISSING_PRODUCT, "name": "Xaş", "full_name": "Xaş (köhnə menyu)"}

_SALE_TYPES, _SALE_TYPE_WEIGHTS = (1, 2, 3, 1000), (68, 16, 12, 4)
_IN_HOUSE, _DELIVERY = 1, 2
_ORDER_LEAD_SECONDS = 20


@dataclass(slots=True)
class Visits:
    """Running totals by customer id: visits, amount, discounts, last moment."""

    by_customer: dict[int, list[int]] = field(default_factory=dict)

    def add(self, sale: Sale) -> None:
        if sale.customer and sale.closed:
            row = self.by_customer.setdefault(sale.customer, [0, 0, 0, 0])
            row[0] += 1
            row[1] += sale.basket.total
            row[2] += sale.basket.total_discount
            row[3] = max(row[3], sale.closed)


class Register:
    """Rings up day after day; keeps the counters that span days."""

    def __init__(
        self, *, seed: str, products: list[Document], customers: list[Document], venues: int, per_day: int, now: int
    ) -> None:
        self.seed = seed
        self.shelf = Shelf(products)
        self.customers = customers
        self.venues = venues
        self.per_day = per_day
        self.now = now
        self.receipts: list[Document] = []
        self.orders: list[Document] = []
        self.visits = Visits()
        self.lines = 0
        self.monthly: dict[tuple[int, str], int] = {}

    def ring_up(self, day: date, *, is_last: bool) -> None:
        rng = Random(f"{self.seed}:{day}")
        sales = self._sales_of(day, rng)
        if is_last and sales:
            sales[-1].closed, sales[-1].payments = None, []
            sales[-1].updated = sales[-1].opened
        self._place_orders(sales, rng, is_last=is_last)
        for sale in sales:
            receipt = make_receipt(sale, rng=rng, first_line=self.lines + 1)
            self.lines += len(sale.basket.lines)
            self.visits.add(sale)
            self.receipts.append(receipt)

    def _sales_of(self, day: date, rng: Random) -> list[Sale]:
        moments = [
            (moment, venue)
            for venue in range(1, self.venues + 1)
            for moment in moments_of_day(day, rng=rng, mean=self.per_day)
        ]
        shifts = {venue: make_uuid(rng) for venue in range(1, self.venues + 1)}
        daily: dict[int, int] = {}
        sales: list[Sale] = []
        for moment, venue in sorted(moments):
            if moment <= self.now:
                daily[venue] = daily.get(venue, 0) + 1
                number = len(self.receipts) + len(sales) + 1
                sale = self._sale(number, moment=moment, venue=venue, day=day, rng=rng)
                sale.daily, sale.shift_cid = daily[venue], shifts[venue]
                sales.append(sale)
        return sales

    def _sale(self, number: int, *, moment: int, venue: int, day: date, rng: Random) -> Sale:
        sale_type = rng.choices(_SALE_TYPES, weights=_SALE_TYPE_WEIGHTS)[0]
        guests = rng.choices((1, 2, 3, 4, 6), weights=(3, 5, 3, 3, 1))[0] if sale_type == _IN_HOUSE else 1
        basket = self._basket(sale_type, rng, hour=hour_of_day(moment, day), guests=guests)
        customer = rng.choice(self.customers) if rng.random() < 0.22 else None
        closed = moment + _stay_seconds(sale_type, rng)
        sale = Sale(
            number=number,
            venue=venue,
            day=day,
            monthly=self._next_monthly(venue, day),
            opened=moment,
            closed=closed if closed <= self.now else None,
            updated=self._last_touch(moment, closed, rng),
            sale_type=sale_type,
            guests=guests,
            customer=customer["id"] if customer else None,
            waiter=rng.choice(staff_of(venue, "Ofisiant")),
            cashier=staff_of(venue, "Kassir")[0],
            courier=staff_of(venue, "Kuryer")[0] if sale_type == _DELIVERY else None,
            is_return=rng.random() < 0.008,
            basket=basket,
        )
        self._forget_somebody(sale)
        if sale.closed is not None:
            sale.payments = _pay(sale, rng)
        return sale

    def _basket(self, sale_type: int, rng: Random, *, hour: int, guests: int) -> Basket:
        basket = Basket(lines=self.shelf.fill(rng, hour=hour, guests=guests))
        chance = rng.random()
        if chance < 0.10:
            basket.discount_type, basket.discount_value = 1, rng.choice((5, 10, 15))
        elif chance < 0.13:
            basket.discount_type, basket.discount_value = 2, rng.choice((2, 5, 10)) * UNITS
        basket.service_rate = 10 if sale_type == _IN_HOUSE else 0
        basket.delivery_fee = rng.choice((25_000, 25_000, 35_000)) if sale_type == _DELIVERY else 0
        basket.settle()
        return basket

    def _last_touch(self, opened: int, closed: int, rng: Random) -> int:
        """Two in a hundred are edited within three days of closing. Source: wire contract 14."""
        if closed > self.now:
            return min(opened + 120, self.now)
        late = rng.randrange(600, 3 * DAY) if rng.random() < 0.02 else 0
        return min(closed + late, max(self.now, closed))

    def _forget_somebody(self, sale: Sale) -> None:
        """Now and then a receipt names what was deleted since."""
        place = sale.number % 1000
        if place == 3:
            sale.basket.lines[0].product = {**sale.basket.lines[0].product, **_GHOST}
        elif place == 5:
            sale.customer = MISSING_CUSTOMER
        elif place == 7:
            sale.waiter = MISSING_USER

    def _next_monthly(self, venue: int, day: date) -> int:
        key = (venue, f"{day:%Y-%m}")
        self.monthly[key] = self.monthly.get(key, 0) + 1
        return self.monthly[key]

    def _place_orders(self, sales: list[Sale], rng: Random, *, is_last: bool) -> None:
        """Six deliveries in ten were ordered by phone; every twentieth call came to nothing."""
        for sale in sales:
            if sale.sale_type != _DELIVERY or rng.random() > 0.63:
                continue
            is_ignored = rng.random() < 0.05
            if not is_ignored:
                sale.order = len(self.orders) + 1
            self._place_order(sale, "IGNORE" if is_ignored else rng.choice(("RECEIVED", "DELIVERED")), rng)
        if is_last and sales:
            self._place_order(sales[-1], "PENDING", rng)

    def _place_order(self, sale: Sale, status: str, rng: Random) -> None:
        customer = self.customers[sale.customer - 1] if sale.customer and sale.customer < MISSING_PRODUCT else None
        moment = sale.opened - _ORDER_LEAD_SECONDS
        order = make_order(
            len(self.orders) + 1,
            venue=sale.venue,
            status=status,
            moment=moment,
            updated=moment if status == "PENDING" else sale.opened,
            lines=sale.basket.lines,
            customer=customer,
            delivery_fee=sale.basket.delivery_fee,
            rng=rng,
        )
        self.orders.append(order)


def _stay_seconds(sale_type: int, rng: Random) -> int:
    low, high = {_IN_HOUSE: (35, 110), _DELIVERY: (30, 60)}.get(sale_type, (8, 25))
    return rng.randrange(low * 60, high * 60)


def _pay(sale: Sale, rng: Random) -> list[tuple[int, int]]:
    """One or two payments that add up to the total. Source: wire contract 12, payment method in receipt."""
    total = sale.basket.total
    methods = [1, 2, 3, 4] if sale.customer else [1, 2]
    first, second = rng.sample(methods, k=2)
    whole = total // UNITS * UNITS
    if whole < 2 * UNITS or rng.random() > 0.12:
        return [(rng.choices((1, 2), weights=(45, 55))[0] if rng.random() < 0.93 else first, total)]
    part = rng.randrange(1, whole // UNITS) * UNITS
    return [(first, part), (second, total - part)]
