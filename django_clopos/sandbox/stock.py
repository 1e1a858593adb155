"""What closed receipts took out of stock: one operation for each ingredient of a dish, or for the goods itself.

Made from the receipts when first asked for, because a brand's quarter has 100,000 of them and most users want none.

Source: wire contract 13.18.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django_clopos.sandbox.amounts import amount

Document = dict[str, Any]

_FULL_SHELF = 1_000_000
"""Ten-thousandths on the shelf before the first deduction; it is refilled when it runs out."""


def make_stock_operations(receipts: Iterable[Document], products: Mapping[int, Document]) -> list[Document]:
    """Ids ascend with the receipt and its lines."""
    shelf = _Shelf()
    operations: list[Document] = []
    for receipt in receipts:
        if receipt.get("closed_at") is None:
            continue
        for line in receipt.get("receipt_products") or ():
            for product, taken in _deductions(line, products):
                before = shelf.take(receipt["venue_id"], product["id"], taken)
                operations.append(
                    _operation(
                        len(operations) + 1, receipt=receipt, line=line, product=product, taken=taken, before=before
                    )
                )
    return operations


def _deductions(line: Document, products: Mapping[int, Document]) -> list[tuple[Document, int]]:
    product = products.get(line["product_id"])
    if product is None:
        return []
    count = Decimal(line["count"])
    if not product.get("recipe"):
        return [(product, int(count * 10_000))] if product.get("inventory_behavior") == 1 else []
    parts = [(products.get(item["id"], item), item["pivot"]["gross"]) for item in product["recipe"]]
    return [(part, int(count * Decimal(gross) * 10_000)) for part, gross in parts]


class _Shelf:
    """What is left of each product in each venue's storage."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, int], int] = {}

    def take(self, venue: int, product: int, taken: int) -> int:
        """Take and say what was there before."""
        before = self._left.get((venue, product), _FULL_SHELF)
        while before < taken:
            before += _FULL_SHELF
        self._left[venue, product] = before - taken
        return before


def _operation(
    number: int, *, receipt: Document, line: Document, product: Document, taken: int, before: int
) -> Document:
    venue = receipt["venue_id"]
    cost = int(Decimal(product["cost_price"]) * 10_000)
    return {
        "id": number,
        "receipt_id": receipt["id"],
        "receipt_product_id": line["id"],
        "product_id": product["id"],
        "stock_id": venue * 10_000 + product["id"],
        "storage_id": venue,
        "quantity": amount(taken),
        "before_quantity": amount(before),
        "after_quantity": amount(before - taken),
        "cost": amount(cost),
        "before_cost": amount(cost),
        "total_cost": amount(cost * taken // 10_000),
        "operated_at": receipt["closed_at"],
        "product": {"id": product["id"], "name": product["full_name"]},
        "stock": {"id": venue * 10_000 + product["id"], "storage": {"id": venue, "name": "Əsas anbar"}},
    }
