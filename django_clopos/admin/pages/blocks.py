"""What a page is made of once everything is read and written out: plain values that the templates lay out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

_ROOM = "admin/django_clopos/pages/"


class Block(Protocol):
    """A part of a page that its template lays out."""

    template: ClassVar[str]
    is_wide: ClassVar[bool]
    """Whether it takes the whole width."""


class Tone(StrEnum):
    """How loud a badge is."""

    QUIET = "quiet"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """A state in a word or two."""

    text: Any
    tone: Tone = Tone.QUIET


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A way to another page of the admin."""

    text: Any
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A value with its label."""

    label: Any
    value: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class FactsBlock:
    """Labels with their values; none of them is empty."""

    template: ClassVar[str] = _ROOM + "facts.html"
    is_wide: ClassVar[bool] = False

    title: Any
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BadgesBlock:
    """Badges under a title."""

    template: ClassVar[str] = _ROOM + "badges.html"
    is_wide: ClassVar[bool] = False

    title: Any
    badges: tuple[Badge, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """The head of a column."""

    label: Any
    is_number: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A value in a table; an empty one is None."""

    value: Any
    is_number: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    is_removed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TableBlock:
    """Rows under their heads, and where there are more of them a link to all."""

    template: ClassVar[str] = _ROOM + "table.html"
    is_wide: ClassVar[bool] = True

    title: Any
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: Link | None = None
    is_cut: bool = False
    """Whether there are more rows than these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextBlock:
    """A long text that nobody has to read, such as a record: folded."""

    template: ClassVar[str] = _ROOM + "text.html"
    is_wide: ClassVar[bool] = True

    title: Any
    text: str
