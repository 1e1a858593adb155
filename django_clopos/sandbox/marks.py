"""How brands with one shared past are told apart: each shows a mark of its own in every cid and order reference.

The shared documents hold a placeholder. It is replaced where a document is shown, so that twenty brands of 28,000
receipts take the memory of one and yet no two of them send an equal receipt.
"""

import hashlib
from typing import Any

Document = dict[str, Any]

PLACEHOLDER = "5a4dbc05"
"""Hexadecimal, as the first group of a UUID."""

_PLACEHOLDER_BYTES = PLACEHOLDER.encode()


def make_mark(slug: str) -> str:
    """Eight hexadecimal digits, the same for the same slug."""
    return hashlib.sha256(f"mark:{slug}".encode()).hexdigest()[: len(PLACEHOLDER)]


def hold_places(collections: dict[str, list[Document]]) -> None:
    """Put the placeholder into documents that nobody has seen yet."""
    for documents in collections.values():
        for document in documents:
            _hold_place(document)
            for line in document.get("receipt_products", ()):
                _hold_place(line)
    for order in collections["orders"]:
        order["integration_id"] = f"WEB-{PLACEHOLDER}-{order['id']:06d}"


def _hold_place(document: Document) -> None:
    for name in ("cid", "cash_shift_cid"):
        if document.get(name):
            document[name] = PLACEHOLDER + document[name][len(PLACEHOLDER) :]


def show_text(encoded: bytes, mark: str) -> bytes:
    """A document's JSON with the brand's mark in it."""
    return encoded.replace(_PLACEHOLDER_BYTES, mark.encode())


def show(value: Any, mark: str) -> Any:
    """A copy of plain data with the brand's mark in it."""
    match value:
        case str():
            return value.replace(PLACEHOLDER, mark)
        case dict():
            return {key: show(inner, mark) for key, inner in value.items()}
        case list():
            return [show(inner, mark) for inner in value]
        case _:
            return value


def hide(text: str, mark: str | None) -> str:
    """A text as the documents hold it, from one that was shown."""
    return text if mark is None else text.replace(mark, PLACEHOLDER)
