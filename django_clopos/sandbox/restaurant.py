"""Opens one brand's restaurant: every collection of documents, from a seed.

The past ends at `now`: nothing later exists, and what was being eaten then is an open receipt.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

from django_clopos.sandbox import menu, people, premises
from django_clopos.sandbox.products import make_products
from django_clopos.sandbox.sales import Register
from django_clopos.sandbox.stamps import DAY, day_start

Document = dict[str, Any]

_AGE_DAYS = 400
"""The restaurant opened this long before its last business day, whatever part of its sales is simulated."""


def open_restaurant(
    slug: str, *, seed: int, days: int, receipts_per_day: int, today: date, now: int
) -> dict[str, list[Document]]:
    """Documents by collection, ids ascending; `today` is the last business day, `now` epoch seconds."""
    name = f"{seed}:{slug}"
    opened = day_start(today) - max(_AGE_DAYS, days + 30) * DAY
    with _collection_held_off():
        products = make_products(rng=Random(f"{name}:menu"), opened=opened)
        customers = people.make_customers(
            rng=Random(f"{name}:customers"), opened=opened, until=day_start(today), venues=len(premises.VENUES)
        )
        register = Register(
            seed=name,
            products=products,
            customers=customers,
            venues=len(premises.VENUES),
            per_day=receipts_per_day,
            now=now,
        )
        for age in reversed(range(days)):
            register.ring_up(today - timedelta(days=age), is_last=age == 0)
    people.credit_visits(customers, register.visits.by_customer)
    return {
        "venues": premises.make_venues(),
        "users": people.make_users(rng=Random(f"{name}:users"), opened=opened, venues=len(premises.VENUES)),
        "customer-groups": people.make_groups(opened=opened),
        "customers": customers,
        "categories": menu.make_categories(opened=opened),
        "stations": menu.make_stations(opened=opened),
        "products": products,
        "stop-list": premises.make_stop_list(rng=Random(f"{name}:stops"), products=products, until=now),
        "price-lists": premises.make_price_lists(opened=opened),
        "price-list-prices": premises.make_prices(products),
        "sale-types": premises.make_sale_types(opened=opened),
        "payment-methods": premises.make_payment_methods(opened=opened),
        "orders": register.orders,
        "receipts": register.receipts,
    }


@contextmanager
def _collection_held_off() -> Iterator[None]:
    """Millions of new objects and no garbage: the collector would only walk them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
