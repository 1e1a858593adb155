"""Everything that is mirrored, in the order of a sync."""

from __future__ import annotations

import difflib

from django_clopos.mirror.catalog import CATEGORIES, STATIONS, STOP_LIST
from django_clopos.mirror.people import CUSTOMER_GROUPS, CUSTOMERS, USERS
from django_clopos.mirror.pricing import PRICE_LIST_PRICES, PRICE_LISTS
from django_clopos.mirror.products import PRODUCTS
from django_clopos.mirror.receipts import RECEIPTS, STOCK_OPERATIONS
from django_clopos.mirror.resource import Child, Nested, Resource, Table, Urgency
from django_clopos.mirror.sales import ORDERS, PAYMENT_METHODS, SALE_TYPES
from django_clopos.mirror.venues import VENUES

__all__ = ["RESOURCES", "Child", "Nested", "Resource", "Table", "Urgency", "get_resource"]

#: In sync order: what is referred to comes before what refers to it, so that few rows wait for their target.
RESOURCES: tuple[Resource, ...] = (
    VENUES,
    USERS,
    CUSTOMER_GROUPS,
    CUSTOMERS,
    CATEGORIES,
    STATIONS,
    PRODUCTS,
    STOP_LIST,
    PRICE_LISTS,
    PRICE_LIST_PRICES,
    SALE_TYPES,
    PAYMENT_METHODS,
    ORDERS,
    RECEIPTS,
    STOCK_OPERATIONS,
)

_BY_NAME = {resource.name: resource for resource in RESOURCES}


def get_resource(name: str) -> Resource:
    """Give a resource by its name, such as `price-list-prices`.

    Raises:
        ValueError: there is none of this name; the message lists those there are.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        close = difflib.get_close_matches(name.lower().replace("_", "-"), _BY_NAME, n=2)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"There is no resource {name!r}.{hint} The resources are: {', '.join(_BY_NAME)}.") from None
