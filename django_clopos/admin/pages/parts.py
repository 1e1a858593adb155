"""Parts that pages declare: columns of the row itself, rows that refer to it, and links to lists of such rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.html import format_html
from django.utils.text import capfirst

from django_clopos.admin.pages.blocks import Block, Cell, Column, Fact, FactsBlock, Link, Row, TableBlock
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.values import is_number, write_value
from django_clopos.models.base import ChildModel
from django_clopos.models.fields import ExactJSONField

#: Makes a block of a page; None: there is nothing to show.
Part = Callable[[Look], Block | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Columns of the row, those that are not empty."""

    title: Any = ""
    names: tuple[str, ...] = ()

    def __call__(self, look: Look) -> FactsBlock | None:
        facts = tuple(write_facts(look, *self.names))
        return FactsBlock(title=self.title, facts=facts) if facts else None


def write_facts(look: Look, *names: str) -> list[Fact]:
    """Write columns of the row of a page, those that are not empty."""
    written = ((name, write_value(look, look.row, name)) for name in names)
    return [Fact(label=label_column(look.row, name), value=value) for name, value in written if value is not None]


def show_all_columns(look: Look) -> FactsBlock | None:
    """Show every short column of the row: for tables whose columns are few."""
    columns = (column for column in look.row._meta.concrete_fields if not isinstance(column, ExactJSONField))
    return Facts(names=tuple(column.name for column in columns if column.name not in _OWN_COLUMNS))(look)


#: What every page says elsewhere: at its head, or below among the marks of the mirror.
_OWN_COLUMNS = frozenset(
    {"id", "clopos_id", "brand", "content_hash", "first_seen_at", "synced_at", "missing_since", "removed_at"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Rows that refer to the row of the page: the first few, and a link to all of them.

    Children are part of the row's own record; other rows need the permission to view them.
    """

    title: Any
    model: type[models.Model]
    by: str
    """The reference that leads from them to the row."""
    columns: tuple[str, ...]
    order: tuple[str, ...] = ("pk",)
    where: Q = field(default_factory=Q)
    limit: int = 20

    def __call__(self, look: Look) -> TableBlock | None:
        if not (issubclass(self.model, ChildModel) or look.may_view(self.model)):
            return None
        rows = look.read_rows(self.model, *self.columns).filter(self.where, **{self.by: look.row.pk})
        found = list(rows.order_by(*self.order)[: self.limit + 1])
        return self._lay_out(look, found) if found else None

    def _lay_out(self, look: Look, rows: list[Any]) -> TableBlock:
        fields: list[Any] = [self.model._meta.get_field(name) for name in self.columns]
        address = look.address_list(self.model, **{f"{self.by}__id__exact": look.row.pk})
        return TableBlock(
            title=self.title,
            columns=tuple(
                Column(label=capfirst(column.verbose_name), is_number=is_number(column)) for column in fields
            ),
            rows=tuple(lay_out_row(look, row, fields) for row in rows[: self.limit]),
            more=Link(text=self.title, address=address) if address else None,
            is_cut=len(rows) > self.limit,
        )


def lay_out_row(look: Look, row: Any, fields: list[Any]) -> Row:
    """Write columns of a row that is not the page's own; its Clopos id leads to its page."""
    return Row(
        cells=tuple(Cell(value=_write_cell(look, row, column.name), is_number=is_number(column)) for column in fields),
        is_removed=is_removed(row),
    )


def is_removed(row: Any) -> bool:
    """Tell whether the remote no longer has a row."""
    return bool(getattr(row, "removed_at", None) or getattr(row, "deleted_at", None))


def label_column(row: Any, name: str) -> str:
    """Give the name of a column as it stands before a value."""
    return capfirst(str(row._meta.get_field(name).verbose_name))


def _write_cell(look: Look, row: Any, name: str) -> Any:
    value = write_value(look, row, name)
    address = look.address_page(row) if name == "clopos_id" else ""
    return format_html('<a href="{}">{}</a>', address, value) if address else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A link to a list of rows that refer to the row of the page."""

    title: Any
    model: type[models.Model]
    by: str
    """The reference that leads from them to the row."""

    def find(self, look: Look) -> Link | None:
        """Give the link; None where the user may not see the list."""
        address = look.address_list(self.model, **{f"{self.by}__id__exact": look.row.pk})
        return Link(text=self.title, address=address) if address else None
