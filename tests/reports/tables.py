"""Every table of the dashboard and the Z report as it has to be, from the ledger: nothing of django_clopos is imported.

A table is its rows by what tells them apart (Clopos id, name, or weekday and hour), each with the exact text of every
figure by its heading. A section or a column that a page has and this module does not is an error of the tests.
"""

from __future__ import annotations

from calendar import day_name
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from tests.reports import ledger
from tests.reports.ledger import Document, Documents

Row = dict[str, str]
Rows = dict[Any, Row]

#: Columns of sales, and how the ledger has them.
SALES: dict[str, Callable[[Document], Any]] = {
    "Receipts": lambda it: it["receipts"],
    "Net sales": lambda it: it["net_sales"],
    "Average receipt": lambda it: it["average_receipt"],
    "Guests": lambda it: it["guests"],
    "Discounts": lambda it: it["sold"]["discounts"] - it["returned"]["discounts"],
    "Gifts": lambda it: it["sold"]["gifts"] - it["returned"]["gifts"],
    "Number of returns": lambda it: it["returns"],
    "Returns": lambda it: it["returned"]["total"],
    "Margin": lambda it: it["margin"],
    "Margin, %": lambda it: it["margin_percent"],
}
AVERAGE_GUEST = {"Average per guest": lambda it: it["average_guest"]}
CARDS = {name: read for name, read in SALES.items() if name != "Margin, %"} | AVERAGE_GUEST
Z_FIGURES = (
    {name: SALES[name] for name in ("Net sales", "Receipts", "Guests", "Average receipt", "Margin", "Margin, %")}
    | AVERAGE_GUEST
    | {"Returns": lambda it: it["returns"], "Receipts without cost": lambda it: it["without_cost"]}
)
ITEMS = {
    "Sold": "count",
    "Net sales": "total",
    "Cost": "cost",
    "Discounts": "discounts",
    "Given away": "gift_count",
    "Gifts": "gifts",
    "Returned": "returned_count",
    "Returns": "returned",
    "Lines": "lines",
    "Lines without cost": "without_cost",
}
AMOUNTS = {
    "Goods at their price, gifts included": "gross",
    "Gifts": "gifts",
    "Discounts": "discounts",
    "Service charge": "service_charge",
    "Delivery fee": "delivery_fee",
    "Tax included": "included_tax",
    "Tax on top": "excluded_tax",
    "Total": "total",
    "Cost of the goods": "cost",
}
WHYS = {"open": "Open", "removed": "Removed", "other": "Of unknown status"}


def write(value: Any) -> str:
    return "" if value is None else str(value)


def make_dashboard(
    receipts: Documents, products: Documents, first: date, last: date, venues: Iterable[int] | None = None
) -> dict[str, Rows]:
    """Every section of the dashboard, by its heading."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    days_before = [day - timedelta(days=len(days)) for day in days]
    now = ledger.sales(receipts, first, last, venues)
    before = ledger.sales(receipts, days_before[0], days_before[-1], venues)
    return {
        "Summary": summarize(now, before),
        "Sales by day": _by_day(receipts, days, venues),
        "Sales by day, period before": _by_day(receipts, days_before, venues),
        "Sales by weekday and hour": _by_hour(now, days),
        "Venues": by(now, "venue_id"),
        "Staff": by(now, "user_id"),
        "Products": list_items(ledger.items(now, lambda line: line["product_id"])),
        **_list_shared(now, products),
        **_list_uncounted(ledger.in_scope(receipts, first, last, venues)),
    }


def make_z_report(receipts: Documents, products: Documents, day: date, venue: int, offset: str) -> dict[str, Rows]:
    """Every section of a Z report, by its heading; `offset` is that of the venue's zone."""
    sold = ledger.sales(receipts, day, day, [venue])
    figures = ledger.figures(sold)
    head = {name: {"Value": write(read(figures))} for name, read in Z_FIGURES.items()}
    opened = min(receipt["created_at"] for receipt in sold)
    closed = max(receipt["closed_at"] or receipt["created_at"] for receipt in sold)
    return {
        "Summary": head
        | {
            "First receipt opened": {"Value": f"{opened}{offset}"},
            "Last receipt closed": {"Value": f"{closed}{offset}"},
        },
        "Who closed the receipts": by(sold, "close_by_user_id"),
        **_list_shared(sold, products),
        **_list_uncounted(ledger.in_scope(receipts, day, day, [venue])),
    }


def summarize(now: Documents, before: Documents) -> Rows:
    """The cards: each figure, the same of the period before, and the change."""
    figures, figures_before = ledger.figures(now), ledger.figures(before)
    return {
        name: {
            "Period": write(read(figures)),
            "Period before": write(read(figures_before)),
            "Change, %": write(ledger.change(read(figures), read(figures_before))),
        }
        for name, read in CARDS.items()
    }


def by(receipts: Documents, key: str) -> Rows:
    return {write(value): _write_sales(found) for value, found in ledger.group(receipts, lambda it: it[key]).items()}


def list_items(items: dict[Any, Document]) -> Rows:
    return {write(key): _write_item(item) for key, item in items.items()}


def _list_shared(sold: Documents, products: Documents) -> dict[str, Rows]:
    return {
        "What the sales are made of": _list_amounts(sold),
        "Payment methods": _list_payments(sold),
        "Sale types": by(sold, "sale_type_id"),
        "Categories": list_items(ledger.items(sold, ledger.category_of(products))),
    }


def _write_sales(receipts: Documents) -> Row:
    figures = ledger.figures(receipts)
    return {name: write(read(figures)) for name, read in SALES.items()}


def _write_item(item: Document) -> Row:
    margin = None if item["without_cost"] == item["lines"] else item["total"] - item["cost"]
    percent = ledger.rounded(margin * 100 / item["total"]) if margin is not None and item["total"] else None
    row = {name: str(item[of]) for name, of in ITEMS.items()}
    return row | {"Margin": write(margin), "Margin, %": write(percent)}


def _by_day(receipts: Documents, days: list[date], venues: Iterable[int] | None) -> Rows:
    return {str(day): _write_sales(ledger.sales(receipts, day, day, venues)) for day in days}


def _by_hour(sold: Documents, days: list[date]) -> Rows:
    count = Counter(day.isoweekday() for day in days)
    return {
        (day_name[weekday - 1], str(hour)): {"Days": str(count[weekday]), **_write_sales(found)}
        for (weekday, hour), found in ledger.group(sold, ledger.weekday_and_hour).items()
    }


def _list_amounts(sold: Documents) -> Rows:
    figures = ledger.figures(sold)
    return {
        name: {
            "Sales": str(figures["sold"][of]),
            "Returns": str(figures["returned"][of]),
            "Net": str(figures["sold"][of] - figures["returned"][of]),
        }
        for name, of in AMOUNTS.items()
    }


def _list_payments(sold: Documents) -> Rows:
    methods = ledger.payments(sold)
    net = sum(paid - given_back for _, paid, given_back in methods.values())
    return {
        write(method): {
            "Payments": str(number),
            "Paid": str(paid),
            "Given back": str(given_back),
            "Net": str(paid - given_back),
            "Share, %": write(ledger.rounded((paid - given_back) * 100 / net) if net else None),
        }
        for method, (number, paid, given_back) in methods.items()
    }


def _list_uncounted(scope: Documents) -> dict[str, Rows]:
    rows = {
        WHYS[why]: {"Receipts": str(len(found)), "Total": str(ledger.total(found))}
        for why, found in ledger.uncounted(scope).items()
    }
    return {"Receipts that are not counted": rows}
