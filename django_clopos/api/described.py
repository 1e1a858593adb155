"""Parameters and answers in the words of JSON Schema, from the tables that the views read."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django_clopos.api.changes import MOST_CHANGES, RESOURCES_OF_CHANGES
from django_clopos.api.collections import COLLECTIONS, Collection
from django_clopos.api.columns import Column, Kind, list_columns
from django_clopos.api.lookups import Lookup, get_range, list_lookups
from django_clopos.api.orders import list_orders
from django_clopos.api.shapes import list_expansions
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.truth import ChangeKind
from django_clopos.reports import Role

Schema = dict[str, Any]

_ID: Schema = {"type": "integer", "minimum": 1, "maximum": BRAND_SPAN - 1}
_FLAG: Schema = {"type": "boolean"}
_DAY: Schema = {"type": "string", "format": "date"}
_TEXT: Schema = {"type": "string"}

#: Values of each kind, in query strings.
_VALUES: dict[Kind, Schema] = {
    Kind.AMOUNT: {"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,6})?$"},
    Kind.FLAG: _FLAG,
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: _DAY,
    Kind.TEXT: {"type": "string", "maxLength": 255},
    Kind.LONG_TEXT: {"type": "string", "maxLength": 255},
}

_EXAMPLES: dict[Kind, Any] = {
    Kind.ID: 4711,
    Kind.REFERENCE: 1,
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.INTEGER: 1,
    Kind.AMOUNT: "16.200000",
    Kind.FLAG: True,
    Kind.MOMENT: "2026-01-19T19:07:49+04:00",
    Kind.DAY: "2026-01-19",
    Kind.JSON: None,
}

#: Parameters that read no column, by name.
_OTHERS: dict[str, tuple[str, Schema]] = {
    "removed": ("true: rows that Clopos no longer has, too.", _FLAG),
    "raw": ("true: the remote's own record, too.", _FLAG),
    "search": ("A Clopos id, or what one of the searched texts begins with.", _TEXT),
    "page": ("Number of the page, counted from 1; the answer has the total.", {"type": "integer", "minimum": 1}),
    "page_size": ("Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 100}),
    "cursor": ("From `next` or `previous`; empty: the first page, without the total.", _TEXT),
    "after": ("Number of the last change that is known; absent: from the oldest that is kept.",
              {"type": "integer", "minimum": 0}),
    "limit": ("Changes to give.", {"type": "integer", "minimum": 1, "maximum": MOST_CHANGES, "default": 100}),
    "resource": ("Changes of one resource.", {"type": "string", "enum": RESOURCES_OF_CHANGES}),
    "kind": ("Changes of one kind.", {"type": "string", "enum": list(ChangeKind.values)}),
    "first": ("First business day; absent: the last one.", _DAY),
    "last": ("Last business day; absent: today.", _DAY),
    "day": ("Business day; absent: today.", _DAY),
    "venue": ("Clopos ids of venues; absent: all that the user may see.", {"type": "array", "items": _ID}),
    "role": ("What somebody had to do with a receipt.", {"type": "string", "enum": list(Role.values)}),
}  # fmt: skip

_MOMENT: Schema = {"type": "string", "format": "date-time"}
_RECORD: Schema = {"type": ["object", "null"]}

LINKS: Schema = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
CHANGES: Schema = {
    "type": "object",
    "required": ["last_seq", "next_after", "results"],
    "properties": {
        "last_seq": {"type": "integer", "description": "Number of the brand's last change."},
        "next_after": {"type": "integer", "description": "What to ask for after this."},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "seq": {"type": "integer"},
                    "resource": _TEXT,
                    "table": {"type": "string", "enum": sorted(each.model.__name__ for each in COLLECTIONS)},
                    "id": {"type": ["integer", "null"], "description": "Clopos id."},
                    "kind": {"type": "string", "enum": list(ChangeKind.values)},
                    "changed_at": _MOMENT,
                    "before": _RECORD,
                    "after": _RECORD,
                },
            },
        },
    },
}


def describe_path(*, has_id: bool) -> list[Schema]:
    """Describe what stands in the address."""
    found = [_write("brand", {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}, "The brand's slug.", place="path")]
    return [*found, _write("clopos_id", _ID, "The row's id in Clopos.", place="path")] if has_id else found


def describe_collection_parameters(collection: Collection, *, is_detail: bool) -> list[Schema]:
    """Describe what a list, or one of its rows, can be asked."""
    names = {"removed", *(() if is_detail else ("search", "page", "page_size", "cursor"))}
    found = describe_parameters({*names, "raw"} if is_detail else names)
    found += [
        _write_list("fields", _name_fields(collection), "Only these values; those of a part after a point."),
        _write_list("expand", sorted(list_expansions(collection)), "Show these rows too; deeper ones after a point."),
    ]
    if is_detail:
        return found
    orders = [sign + name for name in list_orders(collection) for sign in ("", "-")]
    if orders:
        found.append(_write("ordering", {"type": "string", "enum": orders}, "By which column; - in front: descending."))
    filters = [_describe_lookup(lookup) for lookup in list_lookups(collection).values()]
    return [*found, _write("format", {"type": "string", "enum": ["json", "csv", "ndjson"]}, "As a file."), *filters]


def describe_parameters(names: Iterable[str], *, is_of_day: bool = False) -> list[Schema]:
    """Describe parameters that read no column. `is_of_day`: of the report of one day, which is of one venue."""
    found = [
        _write(name, _OTHERS[name][1], _OTHERS[name][0]) for name in sorted(names) if name != "venue" or not is_of_day
    ]
    return [*found, _write("venue", _ID, "Clopos id of the venue.", is_required=True)] if is_of_day else found


def describe_type(kind: Any) -> Schema:
    """Describe a type of the reports' answers, as `reports.to_plain` writes it."""
    if kind is type(None):
        return {"type": "null"}
    if is_dataclass(kind):
        return _describe_dataclass(kind)
    origin = typing.get_origin(kind)
    if origin is tuple:
        return {"type": "array", "items": describe_type(typing.get_args(kind)[0])}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [describe_type(each) for each in typing.get_args(kind)]}
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [each.value for each in kind]}
    return _PLAIN[kind]


_PLAIN: dict[Any, Schema] = {
    str: _TEXT,
    int: {"type": "integer"},
    bool: _FLAG,
    Decimal: {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    datetime: _MOMENT,
    date: _DAY,
}


def _describe_dataclass(kind: Any) -> Schema:
    hints = typing.get_type_hints(kind)
    found = {each.name: describe_type(hints[each.name]) for each in fields(kind)}
    for name, member in vars(kind).items():
        if isinstance(member, property):
            found[name] = describe_type(_find_return(member))
    return {"type": "object", "properties": found, "required": list(found)}


def _find_return(member: property) -> Any:
    return typing.get_type_hints(member.fget)["return"]


def make_example(collection: Collection) -> Schema:
    """Make a row as an example."""
    row = {column.name: _exemplify(column) for column in list_columns(collection.model)}
    return row | {name: [] for name in collection.parts}


def _exemplify(column: Column) -> Any:
    if column.field.choices:
        return column.field.choices[0][0]
    return None if column.name in {"removed_at", "missing_since", "deleted_at"} else _EXAMPLES[column.kind]


def _name_fields(collection: Collection) -> list[str]:
    return [column.name for column in list_columns(collection.model)] + list(collection.parts)


def _describe_lookup(lookup: Lookup) -> Schema:
    about = f"{lookup.column.verbose_name} {lookup.comparison}".replace(" exact", "")
    if lookup.comparison == "isnull":
        return _write(lookup.name, _FLAG, about)
    low, high = get_range(lookup) if lookup.kind in {Kind.ID, Kind.REFERENCE, Kind.INTEGER} else (0, 0)
    value = _VALUES.get(lookup.kind) or {"type": "integer", "minimum": low, "maximum": high}
    if lookup.comparison == "in":
        return _write(lookup.name, {"type": "array", "items": value, "minItems": 1, "maxItems": 200}, about)
    return _write(lookup.name, value, about)


def _write_list(name: str, names: list[str], description: str) -> Schema:
    items = {"type": "string", "enum": names} if names else _TEXT
    return _write(name, {"type": "array", "items": items}, description)


def _write(name: str, schema: Schema, description: str, *, place: str = "query", is_required: bool = False) -> Schema:
    found: Schema = {"name": name, "in": place, "description": str(description), "schema": schema}
    if place == "path" or is_required:
        found["required"] = True
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}
    return found
