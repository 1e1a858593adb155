"""Which numbers of the mirror are amounts of money, which are quantities, which are percentages.

The columns are alike, so the page of a row would write each with the brand's currency or none.
"""

from __future__ import annotations

from enum import Enum

from django.db import models


class Kind(Enum):
    """What a number counts."""

    MONEY = "money"
    QUANTITY = "quantity"
    PERCENT = "percent"


_QUANTITIES = frozenset(
    {
        "after_quantity", "before_quantity", "brutto", "count", "default_count", "equal", "gift_count", "gross",
        "limit", "low_stock", "max_count", "min_count", "net", "net_output", "net_put", "portion_size",
        "preprint_count", "quantity", "station_aborted_count", "station_printed_count", "total_quantity", "unit_weight",
        # Meant as a type says that stands beside, or as nobody documents. Source: wire contract, section 11.
        "discount_value", "loyalty_value", "total_bonus",
    }
)  # fmt: skip

_PERCENTAGES = frozenset(
    {"discount_rate", "gross_margin", "markup_rate", "rate", "service_charge", "service_charge_rate"}
)

_AMOUNTS = frozenset(
    {
        "amount", "average_cost", "before_cost", "by_card", "by_cash", "cost", "cost_price", "delivery_fee", "e_tax",
        "gift_total", "i_tax", "order_total", "original_subtotal", "price", "receipt_discount", "remaining",
        "rps_discount", "salary", "service_charge_value", "spent", "subtotal", "total", "total_amount", "total_cost",
        "total_discount", "total_tax",
    }
)  # fmt: skip

#: A customer's discount is a percentage; the columns of that name in other tables are not.
_OWN = {("Customer", "discount"): Kind.PERCENT}

_KINDS = {
    **dict.fromkeys(_QUANTITIES, Kind.QUANTITY),
    **dict.fromkeys(_PERCENTAGES, Kind.PERCENT),
    **dict.fromkeys(_AMOUNTS, Kind.MONEY),
}


def find_kind(field: models.Field[object, object]) -> Kind:
    """Find what a decimal column counts. Raises KeyError for a column that nobody has sorted in yet."""
    return _OWN.get((field.model.__name__, field.name)) or _KINDS[field.name]
