"""The declaration of one mirrored thing: which endpoint fills which tables, and how.

Columns copy by equal name from schema to model; a declaration names only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any

from django_clopos.client.endpoints import Endpoint
from django_clopos.mirror.strategies import Strategy
from django_clopos.models.base import ChildModel, ReadOnlyModel
from django_clopos.schemas.base import Record

#: Changes with every edit, and tells nothing that the edit does not.
ALWAYS_QUIET = frozenset({"updated_at"})


class Urgency(IntEnum):
    """Which work goes first when workers are scarce; the steps are those of Celery on Redis, 0 being the first."""

    NOW = 0
    SOON = 3
    LATER = 6
    LAST = 9


#: One decoded JSON object of the wire.
JsonObject = dict[str, Any]


# Declarations are compared and hashed by identity: each exists once.
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Child:
    """Rows that are part of a parent's record and are replaced with it as a set."""

    model: type[ChildModel]
    """The children's model. A field `position` gets the place in the list, counted from 0."""

    schema: type[Record]
    """Schema of one item of the list."""

    items: Callable[[Any], Iterable[Record] | None]
    """Takes the validated parent; None: the record says nothing of its children, keep those stored."""

    parent: str
    """Name of the child's reference to its parent, such as `receipt`."""

    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Column to a function of the validated item, in wire terms (a reference gives the remote id)."""

    raw_only: Mapping[str, str] = field(default_factory=dict)
    """Schema field without a column, with the reason."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Table:
    """One schema that fills one model of mirrored parents, with its children."""

    model: type[ReadOnlyModel]
    schema: type[Record]
    children: tuple[Child, ...] = ()
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    raw_only: Mapping[str, str] = field(default_factory=dict)

    from_venue: str = ""
    """Reference that holds the venue walked, for rows that carry none; part of their identity."""

    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Columns with a constant, such as `is_nested`. A stored row with another value came from another table."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nested:
    """Rows of another table that come inside this resource's records and keep their own object as raw."""

    table: Table
    find: Callable[[JsonObject], Iterable[JsonObject]]
    """Takes the decoded outer record."""
    yields: bool = False
    """The rows may also be listed at top level; then that record wins and this one is only an edge."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Personal:
    """What the records of a resource say of customers, so that it can be erased on request and kept out."""

    column: str
    """The column by which the rows of a customer are found: `id`, or the reference to the customer."""
    find_customers: Callable[[JsonObject], Iterable[object]]
    """Takes a decoded record, gives the remote ids of the customers whom it names, as they stand there."""
    erase: Callable[[JsonObject], JsonObject]
    """Copies a decoded record, or some of its keys, without what tells who the customer is."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Resource:
    """One thing that is mirrored, as one row of RESOURCES."""

    endpoint: Endpoint[Any]
    table: Table
    strategy: Strategy
    nested: tuple[Nested, ...] = ()
    flatten: Callable[[JsonObject], Iterable[JsonObject]] | None = None
    """Takes one listed record, gives the records to store: a category tree becomes its nodes."""
    secret_keys: frozenset[str] = frozenset()
    """Keys dropped before hashing, storing or logging."""
    personal: Personal | None = None
    """None: its records say nothing of customers."""
    quiet: frozenset[str] = ALWAYS_QUIET
    """Top-level keys whose change alone is no history, and which history leaves out otherwise."""
    is_opt_in: bool = False
    """Synced only when named."""
    every: timedelta = timedelta(hours=1)
    """How often workers poll it, unless a site says otherwise."""
    urgency: Urgency = Urgency.LATER
    freshness: str = ""
    """One clause for the docs: how soon a change is seen."""

    @property
    def name(self) -> str:
        """The name in commands, API and settings, such as `price-list-prices`."""
        return self.endpoint.name

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table this resource fills, its own first."""
        return (self.table, *(nested.table for nested in self.nested))
