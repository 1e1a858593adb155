"""A page's records: stripped of secrets, flattened and digested, before anything is compared or validated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from django_clopos.mirror.resource import JsonObject, Resource
from django_clopos.models.fields import dump_json, load_json
from django_clopos.schemas.base import ID_LIMIT
from django_clopos.schemas.envelope import split_object


@lru_cache(maxsize=8192)  # prices and counts come again and again, and finding one is quicker than reading it
def _read_number(text: str) -> Decimal:
    """Read a number exactly. Raises ValueError for one that no database reads: a cast would fail for every row."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(f"1e{_LARGEST_EXPONENT + 1}")
    if ("e" in text or "E" in text) and abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"a number has an exponent beyond {_LARGEST_EXPONENT}")
    return number


_LARGEST_EXPONENT = 1000
_MOST_DIGITS = len(str(ID_LIMIT))
_decode = msgspec.json.Decoder(float_hook=_read_number).decode


class _Head(msgspec.Struct):
    id: int | None = None


_read_head = msgspec.json.Decoder(_Head, strict=False).decode

# The remote writes the id first. Were it given twice, which no writer of JSON does, the first would be taken.
_match_first_id = re.compile(rb'\{"id":([1-9][0-9]{0,11})[,}]').match


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
            record = _decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(_explain(error)) from None
        if not isinstance(record, dict):
            raise ValueError(f"the record is {_name_type(record)}, not an object")  # noqa: TRY004  # one error for what is refused
        if b"\\u0000" in self.body:  # only a suspicion: the backslash itself may be escaped
            _refuse_nul(record)
        return record

    def as_text(self) -> str:
        """Give the record as text that any database holds."""
        return self.body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")


def read_records(resource: Resource, bodies: Sequence[bytes], *, ids: Sequence[int] = ()) -> list[Incoming]:
    """Turn a page's bodies into what will be stored, in the page's order; flattened records follow their root.

    `ids`: of the bodies, where they are known already.
    """
    if resource.flatten is None and not resource.secret_keys:
        found = ids or map(find_id, bodies)
        return [Incoming(each, _digest(body), body) for each, body in zip(found, bodies, strict=True)]
    return [incoming for body in bodies for incoming in _rewrite(resource, body)]


def make_incoming(record: JsonObject) -> Incoming:
    """Encode one decoded record again, numbers as they were."""
    body = dump_json(record).encode()
    return Incoming(find_id(body), _digest(body), body)


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
    except (msgspec.DecodeError, UnicodeError, ValueError, AttributeError, TypeError, RecursionError):
        # Not an object, not a tree, or not text. With secrets about, the body itself cannot be kept.
        kept = b'"a record that could not be read"' if resource.secret_keys else body
        yield Incoming(0, _digest(body), kept)


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def find_id(body: bytes) -> int:
    """Give the remote id of a record, or 0 where it has no usable one."""
    first = _match_first_id(body)
    if first:
        return int(first[1])
    try:
        found = _read_head(body).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _find_id_slowly(body)
    return found if found is not None and 1 <= found < ID_LIMIT else 0


def _find_id_slowly(body: bytes) -> int | None:
    """Find the id of a record that the quick decoder refuses, such as one with half of a surrogate pair."""
    try:
        found = split_object(body.strip()).get("id", b"")
    except ValueError:
        return None
    return int(found) if found.isdigit() and len(found) <= _MOST_DIGITS else None


def _refuse_nul(value: Any) -> None:
    """Raise ValueError for a text with the character NUL, in keys too."""
    match value:
        case str():
            if "\x00" in value:
                raise ValueError("a text holds the character NUL, which no database column takes")
        case dict():
            for key, inner in value.items():
                _refuse_nul(key)
                _refuse_nul(inner)
        case list():
            for inner in value:
                _refuse_nul(inner)
        case _:
            pass


def _explain(error: Exception) -> str:
    """Say why a record cannot be read; never with a part of it."""
    match error:
        case msgspec.ValidationError():
            return str(error)
        case RecursionError():
            return "the record is nested too deeply"
        case UnicodeDecodeError():
            return "a text holds bytes that are not UTF-8"
        case _:
            return (
                "not valid JSON: half of a surrogate pair, a bare control character such as NUL, or a number like NaN"
            )


def _name_type(value: object) -> str:
    return {str: "a text", list: "an array", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
