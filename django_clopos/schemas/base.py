"""The wire types that every schema is built from: tolerant on input, exact on numbers.

Everything but ``id`` is optional, because fields come and go between versions of the remote.
Absent is told from null with ``model_fields_set``. Unknown keys are ignored here; the sync counts them.
Source: wire contract, sections 9, 10, 12 and 15.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")

#: One more than the largest remote id that fits into a primary key (design: ``brand_id * 10**12 + clopos_id``).
ID_LIMIT = 10**12


def _read_empty_array_as_object(value: object) -> object:
    """Turn the ``[]`` that PHP sends for an empty map into ``{}``. Source: wire contract, section 15, item 3."""
    return {} if value == [] else value


def _read_empty_text_as_none(value: object) -> object:
    return None if value == "" else value


RemoteId = Annotated[int, Field(ge=1, lt=ID_LIMIT)]
"""A row's own id, 1 .. 10**12 - 1."""

Reference = Annotated[int | None, Field(ge=0, lt=ID_LIMIT)]
"""The id of another row; null and 0 both mean none. Source: wire contract, section 15, item 10."""

Money = Annotated[Decimal | None, Field(gt=-(10**15) + 1, lt=10**15 - 1, allow_inf_nan=False)]
"""An amount in major units, from a JSON number or a string, at most 15 integer digits."""

Quantity = Money
"""A count, weight, rate or percentage: documented as an integer in places, but as exact and as wide as an amount."""

Small = Annotated[int | None, Field(ge=-(2**31), lt=2**31)]
"""An integer of 32 bits."""

Big = Annotated[int | None, Field(ge=-(2**63), lt=2**63)]
"""An integer of 64 bits."""

Flag = bool | None
"""A boolean, also sent as 0/1. Source: wire contract, section 15, item 4."""

Stamp = Annotated[datetime | None, BeforeValidator(_read_empty_text_as_none)]
"""A moment: ISO with zone, naive wall clock of the restaurant (left naive here), or epoch seconds or milliseconds."""

Day = Annotated[date | None, BeforeValidator(_read_empty_text_as_none)]
"""A calendar day, ``YYYY-MM-DD``."""

Name = Annotated[str | None, Field(max_length=255)]
"""A short text: a name, an enum value, a code."""

Text = str | None
"""A text of any length."""

Object = Annotated[dict[str, Any] | None, BeforeValidator(_read_empty_array_as_object)]
"""A JSON object of no fixed shape; ``[]`` reads as ``{}``."""

Part = Annotated[T | None, BeforeValidator(_read_empty_array_as_object)]
"""A JSON object of known shape, such as `Part[OrderPayload]`; ``[]`` reads as an object without keys."""

Json = Any
"""Any JSON value, kept as it came."""


class Record(BaseModel):
    """One object of the wire. Fields are named as our columns; where the wire differs, the alias is the wire's key."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="ignore",
        coerce_numbers_to_str=True,
        populate_by_name=True,
        protected_namespaces=(),
    )

    @classmethod
    def wire_keys(cls) -> frozenset[str]:
        """The keys of the wire that this schema knows."""
        return frozenset(
            key for name, field in cls.model_fields.items() for key in _find_keys(field.validation_alias or name)
        )


class Row(Record):
    """A record with a remote id of its own."""

    id: RemoteId


def _find_keys(alias: str | AliasPath | AliasChoices) -> Iterator[str]:
    match alias:
        case AliasChoices(choices=choices):
            for choice in choices:
                yield from _find_keys(choice)
        case AliasPath(path=path):
            yield str(path[0])
        case _:
            yield alias
