"""An answer of the reports as plain data, as JSON and exports have it: every figure, computed ones included."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any


def to_plain(answer: Any) -> Any:
    """Turn an answer into dictionaries, lists, texts and numbers, its properties among its fields.

    An amount is a text with its 4 places, so that no reader makes a float of it; days and moments are ISO 8601.
    """
    match answer:
        case Enum():
            return answer.value
        case Decimal():
            return format(answer, "f")
        case datetime() | date():
            return answer.isoformat()
        case tuple() | list():
            return [to_plain(each) for each in answer]
        case _ if is_dataclass(answer) and not isinstance(answer, type):
            return {name: to_plain(getattr(answer, name)) for name in _list_names(type(answer))}
        case _:
            return answer


@cache
def _list_names(kind: Any) -> tuple[str, ...]:
    """Name the fields and then the properties of a class of answers, as they are declared."""
    names = [each.name for each in fields(kind)]
    return (*names, *(name for name, member in vars(kind).items() if isinstance(member, property)))
