"""What is kept of a record that cannot be a row, and of what the contract does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, get_args

from django.db import connections, router
from django.db.models import F, Model
from pydantic import ValidationError

from django_clopos.mirror.resource import JsonObject
from django_clopos.models.bookkeeping import Drift, DriftKind, RejectedRow, SyncRun
from django_clopos.schemas.base import Record

#: pydantic's error types for a stamp that cannot be read: the column stays empty, the row is kept.
_STAMP_ERRORS = ("datetime_", "date_")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """One record that failed validation."""

    table: type[Model]
    key: str
    clopos_id: int | None
    digest: str
    text: str
    reason: str


@dataclass(kw_only=True, slots=True)
class DriftCounter:
    """Counts what the contract does not know during one step."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, kind: DriftKind, path: str, example: object = "") -> None:
        """Count one occurrence; the first one's example is kept."""
        self.counts[kind.value, path] += 1
        self.examples.setdefault((kind.value, path), str(example)[:255].replace("\x00", ""))

    def save(self, *, brand_id: int, resource: str, now: datetime) -> None:
        """Add the counts to the database and start again from none."""
        for (kind, path), count in self.counts.items():
            key = {"brand_id": brand_id, "resource": resource, "kind": kind, "path": path[:255]}
            seen = {"example": self.examples[kind, path], "last_seen_at": now}
            # An update first: SQLite may refuse to turn a read into a write.
            if not Drift.objects.filter(**key).update(count=F("count") + count, **seen):
                Drift.objects.create(**key, count=count, first_seen_at=now, **seen)
        self.counts.clear()
        self.examples.clear()


def validate(schema: type[Record], record: JsonObject, drift: DriftCounter) -> Record:
    """Validate a record; a stamp that cannot be read becomes null and is counted. Raises ValidationError."""
    try:
        return schema.model_validate(record)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=True)
        if not all(detail["type"].startswith(_STAMP_ERRORS) for detail in details):
            raise
    for detail in details:
        record = _blank(record, detail["loc"])
        drift.add(DriftKind.MALFORMED_STAMP, _join(detail["loc"]), detail["input"])
    return schema.model_validate(record)


def explain(error: ValidationError) -> str:
    """Say what is wrong with a record, one line a field, without its values: they may be personal data."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(f"{_join(detail['loc']) or 'record'}: {detail['msg']}" for detail in details)


def knows_all_keys(schema: type[Record], record: JsonObject) -> bool:
    """Tell whether the schema knows every key, in nested records too: what is nearly always so, found out quickly."""
    known, nested = _describe(schema)
    if not known.issuperset(record):
        return False
    for key, inner in nested:
        value = record.get(key)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict) and not knows_all_keys(inner, item):
                return False
    return True


def find_unknown_keys(schema: type[Record], record: JsonObject, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give the path and value of each key that the schema does not know, in nested records too."""
    known, nested = _describe(schema)
    for key in record.keys() - known:
        yield f"{path}{key}", record[key]
    for key, inner in nested:
        value = record.get(key)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict):
                yield from find_unknown_keys(inner, item, f"{path}{key}.")


def save_rejections(
    rejections: list[Rejection], *, brand_id: int, resource: str, venue: int | None, run: SyncRun | None, now: datetime
) -> None:
    """Keep rejected records in one statement; one that was refused before counts on. No run: no sync refused them."""
    if not rejections:
        return
    keys = [rejection.key for rejection in rejections]
    stored = RejectedRow.objects.filter(brand_id=brand_id, resource=resource, key__in=keys)
    counts = {
        (row.table, row.key): (row.count, row.first_seen_at)
        for row in stored.only("table", "key", "count", "first_seen_at")
    }
    rows = {}
    for rejection in rejections:
        table = rejection.table.__name__
        count, first_seen_at = counts.get((table, rejection.key), (0, now))
        rows[table, rejection.key] = RejectedRow(
            brand_id=brand_id,
            resource=resource,
            table=table,
            key=rejection.key,
            clopos_id=rejection.clopos_id,
            venue=venue,
            content_hash=rejection.digest,
            record=rejection.text,
            reason=rejection.reason,
            count=count + 1,
            run=run,
            first_seen_at=first_seen_at,
            last_seen_at=now,
        )
    # MySQL takes whatever unique index is hit, and refuses to be told which.
    takes_target = connections[router.db_for_write(RejectedRow)].features.supports_update_conflicts_with_target
    RejectedRow.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["brand", "resource", "table", "key"] if takes_target else None,
        update_fields=[
            "clopos_id", "venue", "content_hash", "record", "reason", "count", "run", "last_seen_at", "resolved_at",
        ],
    )  # fmt: skip


def find_open_rejections(*, brand_id: int, resource: str) -> set[tuple[str, str]]:
    """Give (table, key) of every rejection that no valid record has resolved yet."""
    rows = RejectedRow.objects.using(router.db_for_write(RejectedRow))
    rows = rows.filter(brand_id=brand_id, resource=resource, resolved_at=None)
    return set(rows.values_list("table", "key"))


def resolve_rejections(keys: Collection[str], *, brand_id: int, resource: str, table: str, now: datetime) -> None:
    """Close the rejections of rows whose record is valid again."""
    if keys:
        RejectedRow.objects.filter(
            brand_id=brand_id, resource=resource, table=table, key__in=keys, resolved_at=None
        ).update(resolved_at=now)


@cache
def _describe(schema: type[Record]) -> tuple[frozenset[str], tuple[tuple[str, type[Record]], ...]]:
    nested = []
    for name, info in schema.model_fields.items():
        inner = _find_record_type(info.annotation)
        if inner is not None:
            nested.append((info.alias or name, inner))
    return schema.wire_keys(), tuple(nested)


def _find_record_type(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    for inner in get_args(annotation):
        found = _find_record_type(inner)
        if found is not None:
            return found
    return None


def _join(location: tuple[int | str, ...]) -> str:
    """Name the place of a value, list positions left out: `receipt_products.total`."""
    return ".".join(str(part) for part in location if not isinstance(part, int))


def _blank(value: Any, location: tuple[int | str, ...]) -> Any:
    """Copy a decoded JSON value with null at one place."""
    if not location:
        return None
    first, *rest = location
    if isinstance(value, dict) and first in value:
        return {**value, first: _blank(value[first], tuple(rest))}
    if isinstance(value, list) and isinstance(first, int) and first < len(value):
        return [*value[:first], _blank(value[first], tuple(rest)), *value[first + 1 :]]
    return value
