"""What surrounds the records of an answer: finds them, splits them without parsing them, and reads the count.

Every documented form is accepted: a bare array, a bare object, `{data: [...]}`, `{data: {...}}`, the count in `total`
or `pagination.total`, with or without `success` and diagnostics. Source: wire contract, section 4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

# Only the ends of values are wanted, so numbers stay text and control characters pass: each record is judged by itself.
_SCANNER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
_REFUSED = frozenset({b"false", b"0"})
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class _Usual(msgspec.Struct):
    """A list of records as the remote gives it nearly always."""

    data: list[msgspec.Raw]
    success: msgspec.Raw = msgspec.Raw(b"true")
    total: msgspec.Raw = msgspec.Raw(b"")
    pagination: msgspec.Raw = msgspec.Raw(b"")
    sorts: msgspec.Raw = msgspec.Raw(b"[]")


_read_usual = msgspec.json.Decoder(_Usual).decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One answer, opened."""

    records: tuple[bytes, ...] = field(default=(), repr=False)
    """Each record's own bytes, in the order of the answer."""

    total: int | None = None
    """Rows before paging; None: the answer does not say."""

    sorts: tuple[str, ...] = ()
    """Fields that the remote says it sorts by."""

    refusal: bytes | None = field(default=None, repr=False)
    """The whole body, where it says that the request failed whatever its status; then there are no records."""


def open_envelope(body: bytes) -> Envelope:
    """Open the body of an answer.

    Raises:
        ValueError: it is not JSON, or holds neither a list of records nor a record.
    """
    return _open_usual(body) or _open_any(body)


def _open_usual(body: bytes) -> Envelope | None:
    """Open an object with a list of records, split in one pass; None: it is something else."""
    try:
        found = _read_usual(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    members = {name: bytes(getattr(found, name)) for name in ("success", "total", "pagination", "sorts")}
    if members["success"] in _REFUSED:
        return None
    return Envelope(records=tuple(map(bytes, found.data)), total=_read_total(members), sorts=_read_sorts(members))


def _open_any(body: bytes) -> Envelope:
    text = body.strip()
    if text.startswith(b"["):
        return Envelope(records=_split_list(text))
    if not text.startswith(b"{"):
        raise ValueError("is empty" if not text else "is not JSON")
    return _open_object(split_object(text), body=text)


def decode_record(record: bytes) -> Any:
    """Parse one record; numbers with a fraction become Decimal, so that no digit passes through a float.

    Raises:
        ValueError: it is not JSON. NaN and Infinity are not.
    """
    try:
        return json.loads(record, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def split_object(text: bytes) -> dict[str, bytes]:
    """Give the members of a JSON object, each value as its own bytes, whatever is wrong inside of them.

    Raises:
        ValueError: it is cut short or malformed.
    """
    try:
        return {key: bytes(value) for key, value in msgspec.json.decode(text, type=dict[str, msgspec.Raw]).items()}
    except (msgspec.MsgspecError, RecursionError):
        return dict(_scan(text))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _open_object(members: dict[str, bytes], *, body: bytes) -> Envelope:
    if members.get("success") in _REFUSED:
        return Envelope(refusal=body)
    if "data" in members:
        return Envelope(records=_read_data(members["data"]), total=_read_total(members), sorts=_read_sorts(members))
    if "id" in members:
        return Envelope(records=(body,))
    if members.get("error", b"null") != b"null":
        return Envelope(refusal=body)  # the sixth error shape has no `success`
    raise ValueError("holds no records")


def _read_data(data: bytes) -> tuple[bytes, ...]:
    if data.startswith(b"["):
        return _split_list(data)
    if data.startswith(b"{"):
        return (data,)
    raise ValueError("has something other than records in `data`")


def _read_total(members: dict[str, bytes]) -> int | None:
    """Source: wire contract, section 4 (`total`, or `pagination.total`)."""
    total = _read_count(members.get("total"))
    if total is None and members.get("pagination", b"").startswith(b"{"):
        total = _read_count(split_object(members["pagination"]).get("total"))
    return total


def _read_count(value: bytes | None) -> int | None:
    digits = (value or b"").strip(b'"')
    return int(digits) if digits.isdigit() and len(digits) <= 18 else None


def _read_sorts(members: dict[str, bytes]) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(members.get("sorts", b"[]"), type=tuple[str, ...])
    except msgspec.MsgspecError:
        return ()  # a diagnostic; a strange one harms nothing


def _split_list(text: bytes) -> tuple[bytes, ...]:
    try:
        return tuple(bytes(item) for item in msgspec.json.decode(text, type=list[msgspec.Raw]))
    except (msgspec.MsgspecError, RecursionError):
        return tuple(value for _, value in _scan(text))


def _scan(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Split a list or an object that msgspec refuses, such as one with a lone surrogate, NaN or bottomless nesting in
    one record.

    The page must not be lost with that record. Latin-1 maps every byte to one character and back, and all of JSON's
    signs are ASCII, so that each value keeps its own bytes.
    """
    source = text.decode("latin-1")
    is_object = source.startswith("{")
    closing = "}" if is_object else "]"
    at = _skip_space(source, 1)
    if source[at : at + 1] == closing:
        at += 1
    else:
        sign = ","
        while sign == ",":
            key, at = _scan_key(source, at) if is_object else ("", at)
            end = _scan_value(source, at)[1]
            yield key, text[at:end]
            at = _skip_space(source, end)
            sign = source[at : at + 1]
            at = _skip_space(source, at + 1)
        if sign != closing:
            raise ValueError("is cut short or malformed")
    if at != len(source):
        raise ValueError("goes on after its end")


def _scan_key(source: str, at: int) -> tuple[str, int]:
    key, end = _scan_value(source, at)
    end = _skip_space(source, end)
    if not isinstance(key, str) or source[end : end + 1] != ":":
        raise ValueError("is malformed")
    return key, _skip_space(source, end + 1)


def _scan_value(source: str, at: int) -> tuple[Any, int]:
    try:
        return _SCANNER.raw_decode(source, at)
    except RecursionError:
        return None, _find_end(source, at)  # nested too deeply to be read; only its record is lost
    except json.JSONDecodeError:
        raise ValueError("is cut short or malformed") from None


def _find_end(source: str, at: int) -> int:
    """Find the end of a nested value by counting brackets, without recursion."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(source, at):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
        if depth == 0:
            return match.end()
    raise ValueError("is cut short or malformed")


def _skip_space(source: str, at: int) -> int:
    return _SPACE.match(source, at).end()  # type: ignore[union-attr]  # the pattern matches everywhere
