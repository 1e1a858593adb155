"""The category tree: stored node by node, sent as a tree. Source: wire contract, section 13.5."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from django_clopos.face.questions import asks_for
from django_clopos.face.records import Item, Reader, Record
from django_clopos.mirror.catalog import DEEPEST_CATEGORY
from django_clopos.models import Category
from django_clopos.sandbox.query import Filters, Query

_ACTIVE = ~Q(status=0) & Q(status__isnull=False)


def choose_nodes(query: Query, filters: Filters) -> Q:
    """Make the condition of what is listed: active roots, unless a flat list, a parent or inactive ones are asked."""
    condition = Q() if query.flag("include_inactive", default=False) else _ACTIVE
    is_flat = not query.flag("include_children", default=True)
    return condition if is_flat or asks_for(filters, "parent_id") else condition & Q(parent=None)


def add_children(reader: Reader, items: Iterable[Item], query: Query) -> None:
    """Put the nodes below these into them, in one query for the whole tree."""
    if not query.flag("include_children", default=True):
        return
    rows = reader.select(Category).filter(parent__isnull=False).order_by("pk")
    if not query.flag("include_inactive", default=False):
        rows = rows.filter(_ACTIVE)
    parents = dict(rows.values_list("pk", "parent_id"))
    below: dict[int, list[Item]] = defaultdict(list)
    for node in reader.read(rows):
        below[parents.get(node.pk, 0)].append(node)
    for item in items:
        item.shown["children"] = _grow(item.pk, below, levels=DEEPEST_CATEGORY)


def _grow(pk: int, below: dict[int, list[Item]], *, levels: int) -> list[Record]:
    if levels == 0:  # rows that are each other's parents, which only a broken remote has
        return []
    return [{**node.record, "children": _grow(node.pk, below, levels=levels - 1)} for node in below.get(pk, ())]
