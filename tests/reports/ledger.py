"""The same figures once more, from the sandbox's documents in plain Python: nothing of django_clopos is imported here.

Slow and simple on purpose. The stamps of a receipt are naive and mean the clock of its venue, so their text tells day
and hour without any zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

Document = dict[str, Any]
Documents = list[Document]

AMOUNTS = {
    "gifts": "gift_total",
    "discounts": "total_discount",
    "service_charge": "service_charge_value",
    "delivery_fee": "delivery_fee",
    "included_tax": "i_tax",
    "excluded_tax": "e_tax",
    "total": "total",
    "cost": "totalCost",
}
ITEM_AMOUNTS = ("count", "gift_count", "returned_count", "total", "returned", "discounts", "gifts", "cost")


def rounded(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def number(value: object) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(0)


def day_of(receipt: Document) -> str:
    return receipt["shift_date"] or (receipt["closed_at"] or receipt["created_at"])[:10]


def in_scope(receipts: Documents, first: date, last: date, venues: Iterable[int] | None = None) -> Documents:
    return [
        receipt
        for receipt in receipts
        if str(first) <= day_of(receipt) <= str(last) and (venues is None or receipt["venue_id"] in set(venues))
    ]


def is_sale(receipt: Document) -> bool:
    is_closed = receipt["status"] == 2 or (receipt["status"] is None and receipt["closed_at"] is not None)
    return is_closed and receipt["deleted_at"] is None


def sales(receipts: Documents, first: date, last: date, venues: Iterable[int] | None = None) -> Documents:
    return [receipt for receipt in in_scope(receipts, first, last, venues) if is_sale(receipt)]


def figures(receipts: Documents) -> Document:
    """Everything that `Sales` says, of receipts that are sales."""
    sold = [receipt for receipt in receipts if not receipt["is_returns"]]
    returned = [receipt for receipt in receipts if receipt["is_returns"]]
    net = rounded(sum(number(each["total"]) for each in sold)) - rounded(sum(abs(number(e["total"])) for e in returned))
    guests = sum(receipt["guests"] or 0 for receipt in sold)
    without_cost = sum(receipt.get("totalCost") is None for receipt in sold)
    cost = amounts(sold)["cost"] - amounts(returned)["cost"]
    margin = None if without_cost == len(sold) else net - cost
    return {
        "receipts": len(sold),
        "returns": len(returned),
        "guests": guests,
        "without_cost": without_cost,
        "sold": amounts(sold),
        "returned": amounts(returned),
        "net_sales": net,
        "average_receipt": rounded(net / len(sold)) if sold else None,
        "average_guest": rounded(net / guests) if guests else None,
        "margin": margin,
        "margin_percent": rounded(margin * 100 / net) if margin is not None and net else None,
    }


def amounts(receipts: Documents) -> dict[str, Decimal]:
    def add(key: str) -> Decimal:
        values = (number(receipt.get(key)) for receipt in receipts)
        same_kind = [
            abs(value) if receipt["is_returns"] else value for receipt, value in zip(receipts, values, strict=True)
        ]
        return rounded(sum(same_kind, Decimal()))

    return {"gross": add("subtotal") + add("gift_total")} | {name: add(key) for name, key in AMOUNTS.items()}


def group(receipts: Documents, key: Callable[[Document], Any]) -> dict[Any, Documents]:
    groups: dict[Any, Documents] = defaultdict(list)
    for receipt in receipts:
        groups[key(receipt)].append(receipt)
    return groups


def weekday_and_hour(receipt: Document) -> tuple[int, int]:
    moment = receipt["closed_at"] or receipt["created_at"]
    return date.fromisoformat(day_of(receipt)).isoweekday(), int(moment[11:13])


def payments(receipts: Documents) -> dict[int | None, tuple[int, Decimal, Decimal]]:
    """Number of payments for sales, what was paid, what was given back, by method."""
    paid: dict[int | None, list[Decimal]] = defaultdict(list)
    given_back: dict[int | None, list[Decimal]] = defaultdict(list)
    for receipt in receipts:
        for payment in receipt["payment_methods"]:
            amount = number(payment["amount"])
            if receipt["is_returns"]:
                given_back[payment["id"]].append(abs(amount))
            else:
                paid[payment["id"]].append(amount)
    return {
        method: (len(paid[method]), rounded(sum(paid[method])), rounded(sum(given_back[method])))
        for method in {*paid, *given_back}
    }


def lines(receipts: Documents) -> Iterator[tuple[Document, Document]]:
    for receipt in receipts:
        for line in receipt["receipt_products"]:
            if line["deleted_at"] is None:
                yield receipt, line


def items(receipts: Documents, key: Callable[[Document], Any]) -> dict[Any, Document]:
    """Everything that `ItemSales` says, by what `key` makes of a line."""
    sums: dict[Any, Document] = defaultdict(
        lambda: dict.fromkeys(ITEM_AMOUNTS, Decimal()) | {"lines": 0, "without_cost": 0}
    )
    for receipt, line in lines(receipts):
        _add_line(sums[key(line)], line, is_return=bool(receipt["is_returns"]))
    return {
        key: {name: rounded(value) if name in ITEM_AMOUNTS else value for name, value in item.items()}
        for key, item in sums.items()
    }


def category_of(products: Documents) -> Callable[[Document], int | None]:
    """Give the category of a line: its product's, else that of the product of which it is a variant."""
    known = {product["id"]: product for product in products}

    def find(line: Document) -> int | None:
        product = known.get(line["product_id"], {})
        category: int | None = product.get("category_id") or known.get(product.get("parent_id"), {}).get("category_id")
        return category

    return find


def uncounted(receipts: Documents) -> dict[str, Documents]:
    """What is no sale, of receipts of a scope, by the reason."""
    kept = [receipt for receipt in receipts if not receipt["deleted_at"]]
    return {
        "open": [receipt for receipt in kept if receipt["status"] == 1],
        "removed": [receipt for receipt in receipts if receipt["deleted_at"]],
        "other": [receipt for receipt in kept if receipt["status"] == 3],
    }


def total(receipts: Documents) -> Decimal:
    return rounded(sum(number(receipt["total"]) for receipt in receipts))


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """In percent of the period before."""
    return rounded((Decimal(now) - before) * 100 / abs(before)) if now is not None and before else None


def _add_line(item: Document, line: Document, *, is_return: bool) -> None:
    def read(name: str) -> Decimal:
        return abs(number(line[name])) if is_return else number(line[name])

    sign = -1 if is_return else 1
    item["count"] += sign * read("count")
    item["cost"] += sign * read("cost")
    if line["is_gift"]:
        item["gift_count"] += sign * read("count")
        item["gifts"] += sign * read("subtotal")
    else:
        item["total"] += sign * read("total")
        item["discounts"] += sign * (read("total_discount") + read("receipt_discount"))
    if is_return:
        item["returned_count"] += read("count")
        item["returned"] += Decimal() if line["is_gift"] else read("total")
    item["lines"] += 1
    item["without_cost"] += line["cost"] is None
