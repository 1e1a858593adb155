"""The catalog around the products: what is mirrored of categories, stations and the stop list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.resource import ALWAYS_QUIET, JsonObject, Resource, Table, Urgency
from django_clopos.mirror.strategies import PerVenueSet, Snapshot

#: Deeper than any menu; a tree beyond it is broken.
DEEPEST_CATEGORY = 50


def flatten_category(root: JsonObject) -> Iterator[JsonObject]:
    """Give a category and everything below it, parents first, each without its children.

    A child that names no parent or depth gets those of its place. Raises ValueError for a tree deeper than
    DEEPEST_CATEGORY. Source: wire contract, section 13.5.
    """
    waiting = [(root, 0)]
    while waiting:
        node, level = waiting.pop()
        if level > DEEPEST_CATEGORY:
            raise ValueError(
                f"The categories below {root.get('id')} are nested more than {DEEPEST_CATEGORY} levels deep: "
                "the remote's tree is broken. Check it in Clopos."
            )
        record, children = _split_children(node)
        yield record
        waiting += [(_place(child, record), level + 1) for child in reversed(children)]


def _split_children(node: JsonObject) -> tuple[JsonObject, list[JsonObject]]:
    """Tell a node from its children. What is in `children` but no object stays with the node: nothing is lost."""
    listed = node.get("children")
    if not isinstance(listed, list):
        return {key: value for key, value in node.items() if key != "children" or value is not None}, []
    record = {key: value for key, value in node.items() if key != "children"}
    unusable = [item for item in listed if not isinstance(item, dict)]
    if unusable:
        record["children"] = unusable
    return record, [item for item in listed if isinstance(item, dict)]


def _place(child: JsonObject, parent: JsonObject) -> JsonObject:
    placed = dict(child)
    if placed.get("parent_id") is None:
        placed["parent_id"] = parent.get("id")
    depth = parent.get("depth")
    if placed.get("depth") is None and isinstance(depth, int):
        placed["depth"] = depth + 1
    return placed


CATEGORIES = Resource(
    endpoint=endpoints.CATEGORIES,
    table=Table(
        model=models.Category,
        schema=schemas.Category,
        raw_only={"children": "each child is a row of its own; only what is no object is left here"},
    ),
    strategy=Snapshot(),
    flatten=flatten_category,
    quiet=ALWAYS_QUIET | {"_lft", "_rgt"},  # renumbered all over the tree when one category moves
    freshness="read whole with every sync",
)

STATIONS = Resource(
    endpoint=endpoints.STATIONS,
    table=Table(model=models.Station, schema=schemas.Station),
    strategy=Snapshot(),
    freshness="read whole with every sync",
)

STOP_LIST = Resource(
    endpoint=endpoints.STOP_LIST,
    table=Table(model=models.StopListEntry, schema=schemas.StopListEntry, from_venue="venue"),
    strategy=PerVenueSet(),
    every=timedelta(minutes=1),
    urgency=Urgency.NOW,
    freshness="read whole for every venue with every sync; an entry that is gone is removed at once",
)
