"""A list as a table to download: the rows, the scope and the masks of the list, values in place of their texts.

Numbers are exact, moments on the clock of the venue, references by their Clopos id and their name. Rows come from a
cursor of the database, some at a time, with one query for each reference and so many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.db.models import Prefetch
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from django_clopos.access import MASK, is_personal
from django_clopos.admin.columns import MONEY, find_references
from django_clopos.admin.formats import find_zone
from django_clopos.exports import Cell, Table
from django_clopos.models.base import BRAND_SPAN, MarkedModel, ReadOnlyModel
from django_clopos.models.fields import MirrorForeignKey, dump_json
from django_clopos.models.scope import OfVenue

Read = Callable[[Any], Cell]

#: Rows that are read, and are in memory, at once.
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of an export."""

    heading: Any
    """A text, or a lazy one."""
    read: Read


def make_table(
    rows: models.QuerySet[Any],
    names: tuple[str, ...],
    *,
    computed: dict[str, Column],
    needs: tuple[str, ...] = (),
    sees_personal: bool,
) -> Table:
    """Make the table of a list's rows.

    `names`: columns of the model, or of `computed`; others are left out. `needs`: columns that the computed ones read.
    One row is read at once, so that what the database refuses is raised here and not in the middle of a download.
    """
    model = rows.model
    stored = {field.name for field in model._meta.concrete_fields}
    names = tuple(dict.fromkeys((*names, *_list_common(model))))
    columns: list[Column] = []
    for name in names:
        if name in computed:
            columns.append(computed[name])
        elif name in stored:
            columns += _make_columns(model, name, sees_personal=sees_personal)
    if MONEY & set(names) & stored and "brand" in stored:
        columns.append(Column(heading=_("currency"), read=lambda row: str(row.brand.currency)))
    read = {*names, *needs} & stored
    prepared = _prepare(rows, read)
    list(prepared[:1])
    return Table(
        title=str(model._meta.verbose_name_plural),
        columns=[str(column.heading) for column in columns],
        rows=_read_cells(prepared, columns, language=translation.get_language()),
    )


def name_file(model: type[models.Model]) -> str:
    """Name the file of an export made today, such as ``receipts-2026-11-28``, in English whoever asks."""
    with translation.override(None):
        plural = slugify(str(model._meta.verbose_name_plural))
    return f"{plural}-{timezone.localdate().isoformat()}"


def _list_common(model: type[models.Model]) -> tuple[str, ...]:
    return ("brand", *(("removed_at",) if issubclass(model, MarkedModel) else ())) if _has_brand(model) else ()


def _has_brand(model: type[models.Model]) -> bool:
    return any(field.name == "brand" for field in model._meta.concrete_fields)


def _make_columns(model: type[models.Model], name: str, *, sees_personal: bool) -> list[Column]:
    field = model._meta.get_field(name)
    heading = str(field.verbose_name)  # type: ignore[union-attr]  # a column
    if not sees_personal and is_personal(model, name):
        return [Column(heading=heading, read=_mask(field))]
    match field:
        case MirrorForeignKey():
            number = _("%(name)s id") % {"name": heading}
            return [
                Column(heading=number, read=lambda row: (getattr(row, field.attname) or 0) % BRAND_SPAN or None),
                Column(heading=heading, read=lambda row: _name_target(row, name)),
            ]
        case models.ForeignKey():
            return [Column(heading=heading, read=lambda row: _name_target(row, name))]
        case _:
            return [Column(heading=heading, read=_choose_read(field))]


def _choose_read(field: Any) -> Read:
    name: str = field.attname
    match field:
        case models.JSONField():
            return lambda row: None if getattr(row, name) is None else dump_json(getattr(row, name))
        case models.DateTimeField():
            return _read_moment(name) if issubclass(field.model, ReadOnlyModel) else _read_own_moment(name)
        case _ if field.choices:
            labels = {value: str(label) for value, label in field.flatchoices}
            return lambda row: labels.get(getattr(row, name), getattr(row, name))
        case models.UUIDField():
            return lambda row: str(getattr(row, name))
        case _:
            return lambda row: getattr(row, name)


def _mask(field: Any) -> Read:
    """Keep what the mask left of a text; a number or a moment becomes its sign, as in the list."""
    if isinstance(field, models.CharField | models.TextField):
        return lambda row: getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        return _choose_read(field)
    return lambda _: MASK


def _read_moment(name: str) -> Read:
    def read(row: Any) -> Cell:
        value = getattr(row, name)
        return None if value is None else value.astimezone(find_zone(row))

    return read


def _read_own_moment(name: str) -> Read:
    def read(row: Any) -> Cell:
        value = getattr(row, name)
        return None if value is None else timezone.localtime(value)

    return read


def _name_target(row: Any, name: str) -> str | None:
    target = getattr(row, name)
    return None if target is None else str(target)


def _prepare(rows: models.QuerySet[Any], names: Iterable[str]) -> models.QuerySet[Any]:
    """Read just these columns, and the rows that they refer to once for many rows."""
    model = rows.model
    place = getattr(model, "place", None)
    way = place.venue.split("__") if isinstance(place, OfVenue) and issubclass(model, ReadOnlyModel) else []
    needed = {*names, *way[:1]} - {"pk"}
    prefetched = [
        Prefetch(name, _leave_records(model._meta.get_field(name).related_model._default_manager.all()))
        for name in find_references(model, tuple(needed))
    ]
    chosen: models.QuerySet[Any] = rows.select_related(None).defer(None).only("pk", *needed)
    return chosen.prefetch_related(*prefetched)


def _leave_records(targets: models.QuerySet[Any]) -> models.QuerySet[Any]:
    heavy = {"raw", "client_secret"}
    return targets.defer(*(field.name for field in targets.model._meta.concrete_fields if field.name in heavy))


def _read_cells(
    rows: models.QuerySet[Any], columns: list[Column], *, language: str | None
) -> Iterator[tuple[Cell, ...]]:
    """Read some rows at a time. An error ends the reading, so that nobody takes a part for the whole.

    In a transaction PostgreSQL's cursor reads as it goes; outside it would first make a copy of everything. It begins
    with the first row that is sent, after the request's own work is done.
    """
    reads = [column.read for column in columns]
    with transaction.atomic(using=rows.db, savepoint=False):
        found = rows.iterator(chunk_size=ROWS_AT_ONCE)
        while chunk := list(islice(found, ROWS_AT_ONCE)):
            # The language of the request is gone when the rows are sent.
            with translation.override(language):
                cells = [tuple(read(row) for read in reads) for row in chunk]
            yield from cells
