"""Which value goes into which column: by equal name, with keys computed and zones applied.

A plan is made once per declaration by looking at the model; building a row is then a few list operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from django_clopos.mirror.resource import Child, Table
from django_clopos.models.base import BRAND_SPAN, KeyedModel, MarkedModel
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey, dump_json
from django_clopos.schemas.base import Record

#: Columns of a marked row that the engine fills itself.
MARKS = ("raw", "content_hash", "first_seen_at", "synced_at", "removed_at", "missing_since")

#: Columns that an update leaves as they are.
KEPT = frozenset({"id", "clopos_id", "brand_id", "first_seen_at"})

_EARLIEST_YEAR, _LATEST_YEAR = 1900, 9990


@dataclass(frozen=True, kw_only=True, slots=True)
class RowContext:
    """What a row needs to know beside its record."""

    brand_id: int
    venue: int | None
    """Clopos id of the venue walked."""
    timezone_of: Callable[[int | None], ZoneInfo]
    """Zone of naive stamps, by a venue's Clopos id."""
    base: int = field(init=False)
    """What is added to a remote id to give a key."""
    _zones: dict[int | None, ZoneInfo] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", self.brand_id * BRAND_SPAN)

    def find_zone(self, venue: int | None) -> ZoneInfo:
        """Give the zone of naive stamps, looked up once for each venue."""
        zone = self._zones.get(venue)
        if zone is None:
            zone = self._zones[venue] = self.timezone_of(venue)
        return zone


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How one declaration's records become rows of one model."""

    model: type[models.Model]
    columns: tuple[str, ...]
    """Attnames in the order of a row's values: first those of the record, then those of the engine."""
    read: Callable[[Any], list[Any]]
    """Takes a validated record, gives the values of its own columns as the wire has them."""
    width: int
    """How many columns come from the record."""
    references: tuple[int, ...]
    stamps: tuple[int, ...]
    json: tuple[int, ...]
    venue_index: int | None
    """Place of the row's own venue, whose zone may differ from the brand's."""
    is_keyed: bool
    conflict: tuple[str, ...]
    """Columns that identify a row."""
    identify: Callable[[list[Any]], Any]
    """Takes a row's values, gives those of the columns that identify it."""

    @property
    def updated(self) -> tuple[str, ...]:
        """Columns that an update writes."""
        return tuple(name for name in self.columns if name not in KEPT and name not in self.conflict)

    def build(self, record: Record, context: RowContext, *, venue: int | None) -> tuple[list[Any], list[str]]:
        """Give the values of the record's own columns, and the names of the stamps that no column can hold.

        `venue`: whose zone is that of naive stamps, for a record that does not name its own.
        """
        row = self.read(record)
        base = context.base
        venue = row[self.venue_index] if self.venue_index is not None else venue
        for index in self.references:
            row[index] = base + row[index] if row[index] else None
        for index in self.json:
            if row[index] is not None:
                row[index] = dump_json(row[index])
        return row, self._place_stamps(row, context.find_zone(venue))

    def _place_stamps(self, row: list[Any], zone: ZoneInfo) -> list[str]:
        bad = []
        for index in self.stamps:
            moment: datetime | None = row[index]
            if moment is None:
                continue
            if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
                row[index] = None
                bad.append(self.columns[index])
            elif moment.tzinfo is None:
                row[index] = _place(moment, zone)
        return bad


@lru_cache(maxsize=4096)  # a receipt and its lines share their stamps; one object for all is also written quicker
def _place(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone)


@cache
def plan_table(table: Table) -> Plan:
    """Plan the rows of a table of mirrored parents."""
    engine = ["brand_id", *MARKS]
    keyed = issubclass(table.model, KeyedModel)
    engine += ["id", "clopos_id"] if keyed else []
    fixed: dict[str, Callable[[Any], Any]] = {name: _constant(value) for name, value in table.fixed.items()}
    if table.from_venue:
        engine.append(_attname(table.model, table.from_venue))
    return _make_plan(table, engine=engine, extra=fixed)


@cache
def plan_child(child: Child) -> Plan:
    """Plan the rows of a child table."""
    engine = ["brand_id", _attname(child.model, child.parent)]
    if issubclass(child.model, KeyedModel):
        engine += ["id", "clopos_id"]
    elif _has_field(child.model, "position"):
        engine.append("position")
    return _make_plan(child, engine=engine, extra={})


def _make_plan(declared: Table | Child, *, engine: list[str], extra: Mapping[str, Callable[[Any], Any]]) -> Plan:
    model = declared.model
    fields = [
        field for field in model._meta.concrete_fields if field.attname not in engine and not _is_automatic(field)
    ]
    names = [field.attname for field in fields]
    columns = (*names, *engine)
    conflict = ("id",) if issubclass(model, KeyedModel) else _unique_columns(model)
    return Plan(
        model=model,
        columns=columns,
        read=_make_reader(declared, names, extra),
        width=len(names),
        references=_places(fields, MirrorForeignKey),
        stamps=_places(fields, models.DateTimeField),
        json=_places(fields, ExactJSONField),
        venue_index=names.index("venue_id") if "venue_id" in names else None,
        is_keyed=issubclass(model, KeyedModel),
        conflict=conflict,
        identify=itemgetter(*(columns.index(name) for name in conflict)),
    )


def _make_reader(
    declared: Table | Child, names: Sequence[str], extra: Mapping[str, Callable[[Any], Any]]
) -> Callable[[Any], list[Any]]:
    """Make what reads the columns of these names from a validated record."""
    made = {**declared.computed, **extra}
    for name in names:
        if name not in made and name not in declared.schema.model_fields:
            raise ImproperlyConfigured(
                f"{declared.model.__name__}.{name} is fed by nothing: add {name} to {declared.schema.__name__} "
                "or to the declaration's computed columns."
            )
    computed = [(index, made[name]) for index, name in enumerate(names) if name in made]

    def read(record: Record) -> list[Any]:
        values = record.__dict__  # where pydantic keeps fields: one by one, as attributes, they take thrice as long
        row = [values.get(name) for name in names]
        for index, compute in computed:
            row[index] = compute(record)
        return row

    return read


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _places(fields: Iterable[models.Field[Any, Any]], kind: type[models.Field[Any, Any]]) -> tuple[int, ...]:
    return tuple(index for index, field in enumerate(fields) if isinstance(field, kind))


def _is_automatic(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.AutoField)


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _attname(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]  # a concrete field, by declaration


def _unique_columns(model: type[models.Model]) -> tuple[str, ...]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            return tuple(_attname(model, name) for name in constraint.fields)
    raise ImproperlyConfigured(f"{model.__name__} needs a UniqueConstraint that identifies its rows.")


def is_marked(model: type[models.Model]) -> bool:
    """Tell whether rows of this model carry raw, hash and marks of their own."""
    return issubclass(model, MarkedModel)
