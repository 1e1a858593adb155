"""Encodes a document once for each shape it is sent in, so that a page is joined and not encoded again.

A copy is good while the document is the same object and nothing that it shows of other documents has changed.
"""

from typing import Any

from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.documents import Key, key_of
from django_clopos.sandbox.encoding import encode
from django_clopos.sandbox.endpoints import Endpoint
from django_clopos.sandbox.marks import show_text
from django_clopos.sandbox.query import Query, With
from django_clopos.sandbox.relations import is_own, shape

Document = dict[str, Any]

_Copy = tuple[Document, int, bytes]


class Press:
    """Keeps the copies of every brand; one for all brands that share a document."""

    def __init__(self) -> None:
        self._editions: dict[object, dict[Key, _Copy]] = {}

    def print(self, documents: list[Document], endpoint: Endpoint, query: Query, brand: Brand) -> list[bytes]:
        """The rows' bytes in the shape that the query asks for."""
        name = endpoint.collection
        selects = query.selects if endpoint.has_selects else ()
        shows_itself = name != "categories" and is_own(name, query.with_)
        owner = None if brand.mark and shows_itself else brand.slug
        edition = (owner, name, query.with_.key(), selects, _tree_flags(query) if name == "categories" else ())
        copies = self._editions.setdefault(edition, {})
        revision = 0 if shows_itself else brand.revision
        rows = []
        for document in documents:
            key = key_of(name, document)
            copy = copies.get(key)
            if copy is None or copy[0] is not document or copy[1] != revision:
                copy = copies[key] = (document, revision, encode(_sent(brand, name, document, query, selects)))
            rows.append(copy[2])
        return [show_text(row, brand.mark) for row in rows] if brand.mark else rows


def _sent(brand: Brand, name: str, document: Document, query: Query, selects: tuple[str, ...]) -> Document:
    sent = shape(brand, name, document, query.with_)
    if name == "categories" and query.flag("include_children", default=True):
        sent["children"] = _children(brand, document, query)
    return {key: sent[key] for key in selects if key in sent} if selects else sent


def _children(brand: Brand, document: Document, query: Query) -> list[Document]:
    """The tree below a category, inactive ones only when asked for. Source: wire contract 13.5."""
    shows_inactive = query.flag("include_inactive", default=False)
    return [
        {**shape(brand, "categories", child, With()), "children": _children(brand, child, query)}
        for child in brand.collection("categories").grouped("parent_id").get(document["id"], [])
        if child.get("status") or shows_inactive
    ]


def _tree_flags(query: Query) -> tuple[bool, bool]:
    return query.flag("include_children", default=True), query.flag("include_inactive", default=False)
