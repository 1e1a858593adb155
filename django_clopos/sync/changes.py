"""What a page did to each row, as history tells it: which keys differ, and whether the row came, went or returned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django_clopos.mirror.resource import JsonObject
from django_clopos.models.truth import ChangeKind

#: Keys before, and the same keys after; a key that one side lacks was absent then.
Difference = tuple[JsonObject, JsonObject]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowChange:
    """One row's change, not yet numbered."""

    clopos_id: int
    """The record's id, which of a stop-list entry is its product's."""
    kind: ChangeKind
    difference: Difference | None = None
    is_filling: bool = False
    """The row came, or its own record took the place of a nested one: not told while a resource is first read."""


def find_difference(old: JsonObject, new: JsonObject, *, quiet: Collection[str]) -> Difference | None:
    """Give the top-level keys that differ, quiet ones left out; None: nothing worth telling differs."""
    keys = [key for key in old | new if key not in quiet and not _are_same(old, new, key)]
    if not keys:
        return None
    return {key: old[key] for key in keys if key in old}, {key: new[key] for key in keys if key in new}


def choose_kind(*, is_new: bool, was_removed: bool, is_removed: bool) -> ChangeKind:
    """Name what happened to a row that was written."""
    if is_new:
        return ChangeKind.CREATED
    if was_removed != is_removed:
        return ChangeKind.REMOVED if is_removed else ChangeKind.RESTORED
    return ChangeKind.UPDATED


def _are_same(old: JsonObject, new: JsonObject, key: str) -> bool:
    return key in old and key in new and bool(old[key] == new[key])
