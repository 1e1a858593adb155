"""Which values an answer has: the columns of a row, the lists under it, and the rows that it refers to.

A shape is a tree made from `fields` and `expand`. Each branch is read in one query, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models
from rest_framework.exceptions import ValidationError

from django_clopos.api.collections import Collection, find_collection, list_references
from django_clopos.api.columns import Column, list_columns
from django_clopos.mirror import Child

#: Paths such as `receipt_products.product` as a tree: each name with what follows it.
Tree = Mapping[str, Any]

_MOST_NAMES = 100
_DEEPEST = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Branch:
    """Rows that are shown under a row: a list of those that refer to it, or the one that it refers to."""

    name: str
    field: models.ForeignKey[Any, Any]
    """The reference: of the listed rows, or of the row itself where `is_list` is false."""
    shape: Shape
    is_list: bool
    is_part: bool = False
    """A part of the row's own record, which needs no permission of its own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """What is said of the rows of one model. Compared by identity; one that was asked for before is the same."""

    model: type[models.Model]
    columns: tuple[Column, ...]
    branches: tuple[Branch, ...] = ()

    def walk(self) -> Iterator[Branch]:
        """Give every branch, those of branches included."""
        for branch in self.branches:
            yield branch
            yield from branch.shape.walk()


@lru_cache(maxsize=512)
def make_shape(collection: Collection, *, expand: str = "", fields: str = "", with_raw: bool = False) -> Shape:
    """Make the shape that `expand` and `fields` ask for. Raises ValidationError for a name that is not known."""
    return _grow(
        collection,
        columns=list_columns(collection.model, with_raw=with_raw),
        expand=_parse("expand", expand),
        fields=_parse("fields", fields),
        default=tuple(collection.parts),
    )


def list_expansions(collection: Collection) -> dict[str, Collection]:
    """Give what can be shown with a row of a list, by name: parts, further lists, and rows that it refers to."""
    found = {name: find_collection(child.model) for name, child in collection.parts.items()}
    found |= {name: find_collection(_reverse(collection, name).model) for name in collection.expanded_lists}
    return found | {field.name: find_collection(field.related_model) for field in list_references(collection.model)}


def _parse(parameter: str, text: str) -> Tree:
    tree: dict[str, Any] = {}
    paths = [path for path in text.split(",") if path]
    if len(paths) > _MOST_NAMES:
        raise ValidationError({parameter: [f"No more than {_MOST_NAMES} names."]})
    for path in paths:
        names = path.strip().split(".")
        if len(names) > _DEEPEST:
            raise ValidationError({parameter: [f"No deeper than {_DEEPEST} names, unlike {path!r}."]})
        branch = tree
        for name in names:
            branch = branch.setdefault(name, {})
    return tree


def _grow(
    collection: Collection, *, columns: tuple[Column, ...], expand: Tree, fields: Tree, default: tuple[str, ...] = ()
) -> Shape:
    known = list_expansions(collection)
    _demand("expand", expand, known)
    shown = {*expand, *(default if not fields else fields.keys() & collection.parts.keys())}
    _demand("fields", fields, [*(column.name for column in columns), *collection.parts, *shown])
    branches = [
        _branch(collection, name, expand=expand.get(name, {}), fields=fields.get(name, {}))
        for name in known
        if name in shown
    ]
    chosen = columns if not fields else tuple(column for column in columns if column.name in fields)
    return Shape(model=collection.model, columns=chosen, branches=tuple(branches))


def _branch(collection: Collection, name: str, *, expand: Tree, fields: Tree) -> Branch:
    part = collection.parts.get(name)
    field: Any = _reference_of(part) if part else _find_field(collection, name)
    is_list = field.model is not collection.model or name in collection.expanded_lists
    target = find_collection(field.model if is_list else field.related_model)
    columns = tuple(column for column in list_columns(target.model) if part is None or column.field is not field)
    shape = _grow(target, columns=columns, expand=expand, fields=fields)
    return Branch(name=name, field=field, shape=shape, is_list=is_list, is_part=part is not None)


def _find_field(collection: Collection, name: str) -> Any:
    return _reverse(collection, name) if name in collection.expanded_lists else collection.model._meta.get_field(name)


def _reference_of(child: Child) -> Any:
    return child.model._meta.get_field(child.parent)


def _reverse(collection: Collection, name: str) -> Any:
    """Give the reference whose reverse name this is."""
    relations = collection.model._meta.related_objects
    return next(relation.field for relation in relations if relation.get_accessor_name() == name)


def _demand(parameter: str, names: Tree, known: Any) -> None:
    for name in names:
        if name not in known:
            raise ValidationError({parameter: [f"Unknown name {name!r}. Known here: {', '.join(sorted(known))}."]})
