"""A restaurant small enough to be synced in a blink, with pages so small that every list has several.

Its documents are made once; every sandbox begins with them, and what it changes is its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import cache
from typing import Any

from django_clopos.mirror import RESOURCES, Resource
from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG, make_sandbox

Document = dict[str, Any]

#: Days of sales: late edits and removals reach three weeks back, and all of it lies in the trailing window.
DAYS = 22

#: Documents kept of the long lists.
_KEPT = {"customers": 26, "users": 11, "price-list-prices": 14}
#: Dishes with recipes, packages and modifiers, and every variant.
_PRODUCTS = {26, 27, 28, 29, 30, 31, 35, 52, 53, 54} | set(range(97, 114))
_SMALL_PAGES = {"customers": 8, "categories": 8, "products": 8, "receipts": 8}
_SMALLEST_PAGE = 4


def open_small_restaurant(**options: Any) -> Sandbox:
    """Open a sandbox that has few documents of each kind."""
    sandbox = make_sandbox(days=DAYS, receipts_per_day=1, sleep=lambda _: None, **options)
    for name, kept in _choose_documents().items():
        for document in sandbox.documents(SLUG, name):
            if document["id"] not in kept:
                sandbox.remove(SLUG, name, document["id"])
    return sandbox


@cache
def _choose_documents() -> dict[str, frozenset[int]]:
    documents = make_sandbox(days=DAYS, receipts_per_day=1)
    kept = {name: frozenset(_ids(documents.documents(SLUG, name)[:count])) for name, count in _KEPT.items()}
    return kept | {"products": frozenset(_PRODUCTS)}


def _ids(documents: Iterable[Document]) -> Iterable[int]:
    return (document["id"] for document in documents)


def with_small_pages(resource: Resource) -> Resource:
    """Give a resource whose pages hold few rows: the declaration's own maximum, lowered."""
    endpoint = resource.endpoint
    if endpoint.page_maximum is None:
        return resource
    maximum = _SMALL_PAGES.get(resource.name, _SMALLEST_PAGE)
    return dataclasses.replace(resource, endpoint=dataclasses.replace(endpoint, page_maximum=maximum))


SMALL: tuple[Resource, ...] = tuple(with_small_pages(each) for each in RESOURCES if not each.is_opt_in)
