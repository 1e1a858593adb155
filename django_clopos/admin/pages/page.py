"""The page of one row: what a model declares for it, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_clopos.admin.formats import write_moment
from django_clopos.admin.pages.blocks import Badge, Block, Link, Tone
from django_clopos.admin.pages.history import read_history
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.parts import Listed, Part, show_all_columns


def _name_row(look: Look) -> str:
    return capfirst(str(look.row))


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """A page with everything read, for the template."""

    heading: str
    brand: str
    clopos_id: str
    badges: tuple[Badge, ...]
    warnings: tuple[str, ...]
    """That the remote no longer has the row."""
    links: tuple[Link, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What the page of a model's rows shows above the columns."""

    parts: tuple[Part, ...] = (show_all_columns,)
    listed: tuple[Listed, ...] = ()
    name: Callable[[Look], str] = _name_row
    find_badges: Callable[[Look], Iterable[Badge]] | None = None

    def read(self, look: Look) -> PageView:
        """Read everything that the page shows, in a number of queries that the declaration bounds."""
        blocks = (part(look) for part in (*self.parts, read_history))
        links = (each.find(look) for each in self.listed)
        clopos_id = getattr(look.row, "clopos_id", None)
        return PageView(
            heading=self.name(look),
            brand=str(look.row.brand),
            clopos_id="" if clopos_id is None else str(clopos_id),
            badges=(*(self.find_badges(look) if self.find_badges else ()), *find_mark_badges(look.row)),
            warnings=tuple(write_warnings(look)),
            links=tuple(link for link in links if link),
            blocks=tuple(block for block in blocks if block),
        )


def find_mark_badges(row: Any) -> Iterable[Badge]:
    """Give the badges of what the mirror knows of a row."""
    if getattr(row, "removed_at", None) or getattr(row, "deleted_at", None):
        yield Badge(text=_("Removed"), tone=Tone.BAD)
    elif getattr(row, "missing_since", None):
        yield Badge(text=_("Missing"), tone=Tone.WARNING)


def write_warnings(look: Look) -> Iterable[str]:
    """Say since when the remote no longer has the row."""
    row = look.row
    deleted_at, removed_at = getattr(row, "deleted_at", None), getattr(row, "removed_at", None)
    missing_since = getattr(row, "missing_since", None)
    if deleted_at:
        yield _("Removed in Clopos on %(moment)s.") % {"moment": write_moment(deleted_at, look.zone)}
    elif removed_at:
        yield _("Removed in Clopos; noticed on %(moment)s.") % {"moment": write_moment(removed_at, look.zone)}
    elif missing_since:
        yield _("Missing in Clopos since %(moment)s; not yet taken for removed.") % {
            "moment": write_moment(missing_since, look.zone)
        }
