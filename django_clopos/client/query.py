"""How a question is written into a query string: PHP bracket notation.

Source: wire contract, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Literal, TypeAlias

Scalar: TypeAlias = str | int | bool
Direction: TypeAlias = Literal["asc", "desc"]
Sort: TypeAlias = tuple[str, Direction]
Pairs: TypeAlias = tuple[tuple[str, str], ...]


class SortForm(Enum):
    """How an endpoint wants its sort written."""

    FLAT = "sort[0]=field, sort[1]=1 or -1"
    NESTED = "sort[0][0]=field, sort[0][1]=asc or desc; price lists only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What to ask a list for, apart from page and limit."""

    sort: Sort | None = None
    dates: tuple[date, date] | None = None
    """First and last day of `created_at`, both included."""
    filters: Mapping[str, Scalar | Sequence[Scalar]] = field(default_factory=dict)
    with_: Sequence[str] = ()
    """Relations to include, such as `receipt_products.modificators`."""
    selects: Sequence[str] = ()
    """Fields to answer with, where the endpoint can leave others out."""
    fixed: Pairs = ()
    """Parameters that the endpoint always gets."""

    def pairs(self, *, sort_form: SortForm = SortForm.FLAT) -> Pairs:
        """Write it as parameters, in a stable order."""
        parts = (_write_sort(self.sort, sort_form), _write_dates(self.dates), _write_filters(self.filters))
        pairs = list(self.fixed)
        for part in parts:
            pairs.extend(part)
        pairs.extend((f"with[{number}]", relation) for number, relation in enumerate(self.with_))
        if self.selects:
            pairs.append(("selects", ",".join(self.selects)))
        return tuple(pairs)


def _write_sort(sort: Sort | None, form: SortForm) -> Iterator[tuple[str, str]]:
    if sort is None:
        return
    name, direction = sort
    if form is SortForm.NESTED:
        yield "sort[0][0]", name
        yield "sort[0][1]", direction
    else:
        yield "sort[0]", name
        yield "sort[1]", "1" if direction == "asc" else "-1"


def _write_dates(dates: tuple[date, date] | None) -> Iterator[tuple[str, str]]:
    for number, day in enumerate(dates or ()):
        yield f"date[{number}]", f"{day:%Y-%m-%d}"


def _write_filters(filters: Mapping[str, Scalar | Sequence[Scalar]]) -> Iterator[tuple[str, str]]:
    for number, (name, value) in enumerate(filters.items()):
        yield f"filters[{number}][0]", name
        if isinstance(value, (str, int)):
            yield f"filters[{number}][1]", _write_scalar(value)
        else:
            for place, item in enumerate(value):
                yield f"filters[{number}][1][{place}]", _write_scalar(item)


def _write_scalar(value: Scalar) -> str:
    """Booleans of filters are "1" and "0". Source: wire contract, section 5."""
    return str(int(value)) if isinstance(value, bool) else str(value)
