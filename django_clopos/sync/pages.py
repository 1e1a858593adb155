"""A page's records: stripped of secrets, flattened and digested, before anything is compared or validated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from django_clopos.mirror.resource import JsonObject, Resource
from django_clopos.models.fields import dump_json, load_json
from django_clopos.schemas.base import ID_LIMIT

# What no column can hold, or what would make a cast of the stored record fail for every row: an escaped NUL, half of a
# surrogate pair, an exponent of three digits or more. A hit is only a suspicion, since a backslash may be escaped.
_SUSPICIOUS = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|[eE][+-]?\d{3}")


class _Head(msgspec.Struct):
    id: int | None = None


_read_head = msgspec.json.Decoder(_Head, strict=False).decode


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record as it will be stored."""

    id: int
    """The remote id; 0 where the record has no usable one."""
    digest: str
    """128-bit hex digest of the body."""
    body: bytes
    """The record's JSON, without its secrets."""

    def decode(self) -> JsonObject:
        """Give the record as a dictionary with exact numbers. Raises ValueError for what no column could hold."""
        try:
            record = load_json(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ValueError("the text holds half of a surrogate pair or bytes that are not UTF-8") from None
        if not isinstance(record, dict):
            raise ValueError(f"the record is {_name_type(record)}, not an object")  # noqa: TRY004  # one error for what is refused
        if _SUSPICIOUS.search(self.body):
            _refuse_unholdable(record)
        return record

    def as_text(self) -> str:
        """Give the record as text that any database holds."""
        return self.body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")


def read_records(resource: Resource, bodies: Iterable[bytes]) -> list[Incoming]:
    """Turn a page's bodies into what will be stored, in the page's order; flattened records follow their root."""
    if resource.flatten is None and not resource.secret_keys:
        return [Incoming(_find_id(body), _digest(body), body) for body in bodies]
    return [incoming for body in bodies for incoming in _rewrite(resource, body)]


def make_incoming(record: JsonObject) -> Incoming:
    """Encode one decoded record again, numbers as they were."""
    body = dump_json(record).encode()
    return Incoming(_find_id(body), _digest(body), body)


def drop_repeated(records: Iterable[Incoming]) -> list[Incoming]:
    """Keep the last record of every id, and every record without one."""
    last: dict[object, Incoming] = {record.id or record.digest: record for record in records}
    return list(last.values())


def _rewrite(resource: Resource, body: bytes) -> Iterator[Incoming]:
    """Parse one listed record and give the records to store, without secrets."""
    try:
        listed = load_json(body)
        records = [listed] if resource.flatten is None else list(resource.flatten(listed))
        for record in records:
            yield make_incoming({key: value for key, value in record.items() if key not in resource.secret_keys})
    except (msgspec.DecodeError, UnicodeError, ValueError, AttributeError, TypeError):
        # Not an object, not a tree, or not text. With secrets about, the body itself cannot be kept.
        kept = b'"a record that could not be read"' if resource.secret_keys else body
        yield Incoming(0, _digest(body), kept)


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def _find_id(body: bytes) -> int:
    try:
        found = _read_head(body).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = _find_id_slowly(body)
    return found if found is not None and 1 <= found < ID_LIMIT else 0


def _find_id_slowly(body: bytes) -> int | None:
    """Find the id of a record that the quick decoder refuses, such as one with half of a surrogate pair."""
    try:
        record = json.loads(body)
    except ValueError:
        return None
    found = record.get("id") if isinstance(record, dict) else None
    return found if type(found) is int else None


def _refuse_unholdable(value: Any) -> None:
    """Raise ValueError for a NUL, or for a number whose exponent no database reads."""
    match value:
        case str() if "\x00" in value:
            raise ValueError("a text holds the character NUL, which no database column takes")
        case dict():
            for key, inner in value.items():
                _refuse_unholdable(key)
                _refuse_unholdable(inner)
        case list():
            for inner in value:
                _refuse_unholdable(inner)
        case _ if hasattr(value, "adjusted") and abs(value.adjusted()) > 1000:
            raise ValueError("a number has an exponent beyond 1000")
        case _:
            pass


def _name_type(value: object) -> str:
    return {str: "a text", list: "an array", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
