"""What happened to the row of a page since history is kept: the newest changes, each value before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.text import capfirst

from django_clopos.admin.formats import write_moment
from django_clopos.admin.pages.blocks import Badge, Link, Tone
from django_clopos.admin.pages.differences import Difference, list_differences
from django_clopos.admin.pages.look import Look
from django_clopos.models import Change
from django_clopos.models.base import MarkedModel
from django_clopos.models.truth import ChangeKind

_CHANGES = 10
_DIFFERENCES = 30

_TONES = {ChangeKind.REMOVED: Tone.BAD, ChangeKind.RESTORED: Tone.WARNING, ChangeKind.CREATED: Tone.GOOD}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One change: when, what, and each value that differs."""

    moment: str
    badge: Badge
    address: str
    """Of the change's own page."""
    differences: tuple[Difference, ...]
    is_cut: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryBlock:
    """The newest changes, and a link to all of them."""

    template: ClassVar[str] = "admin/django_clopos/pages/history.html"
    is_wide: ClassVar[bool] = True

    steps: tuple[Step, ...]
    more: Link
    is_cut: bool


def read_history(look: Look) -> HistoryBlock | None:
    """Read the newest changes of the row, for whoever may view changes. None: there are none."""
    row = look.row
    if not isinstance(row, MarkedModel) or not look.may_view(Change):
        return None
    table = type(row).__name__
    changes = list(look.read_rows(Change).filter(table=table, row_id=row.pk).order_by("-seq")[: _CHANGES + 1])
    if not changes:
        return None
    address = look.address_list(Change, table__exact=table, row_id__exact=row.pk)
    return HistoryBlock(
        steps=tuple(_write_step(look, change) for change in changes[:_CHANGES]),
        more=Link(text="", address=address),
        is_cut=len(changes) > _CHANGES,
    )


def _write_step(look: Look, change: Any) -> Step:
    # A record that is new has only one side: everything in it is.
    differences, is_cut = (
        ((), False)
        if change.kind == ChangeKind.CREATED
        else list_differences(change.before, change.after, limit=_DIFFERENCES)
    )
    return Step(
        moment=str(write_moment(change.changed_at, look.zone)),
        badge=Badge(text=change.get_kind_display(), tone=_TONES.get(change.kind, Tone.QUIET)),
        address=look.address_page(change),
        differences=tuple(_name_keys(type(look.row), each) for each in differences),
        is_cut=is_cut,
    )


def _name_keys(model: type[models.Model], difference: Difference) -> Difference:
    """Call the first key by the name of its column, where it has one."""
    first, *rest = difference.path
    labels = {field.name: field.verbose_name for field in model._meta.concrete_fields}
    labels |= {field.attname: field.verbose_name for field in model._meta.concrete_fields}
    names = (capfirst(str(labels.get(first, first))), *rest)
    return Difference(
        path=tuple(name.replace("_", " ") for name in names), before=difference.before, after=difference.after
    )
