"""Whether a walk saw everything: nothing came twice, and the total stood still and was reached.

Paging is by offset over data that people edit meanwhile: a row deleted between two pages hides another one, a row
inserted repeats one. Source: wire contract, section 15, items 12 and 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Extent:
    """Which rows a walk was to give: everything, or those created in these days of the remote, both included."""

    first: date | None = None
    last: date | None = None


@dataclass(kw_only=True, slots=True)
class Tally:
    """Counts one walk."""

    totals: set[int] = field(default_factory=set)
    """Every total that a page told."""
    keys: set[int | bytes] = field(default_factory=set)
    """Ids; the record itself where it has no usable one."""
    count: int = 0
    leaves: int = 0
    """Records after flattening, for lists whose total counts them instead of what is listed."""

    def add(self, bodies: Sequence[bytes], ids: Sequence[int], *, total: int | None, leaves: int) -> None:
        """Count one page. `ids`: of the bodies, 0 where one has no usable id."""
        self.count += len(bodies)
        self.leaves += leaves
        self.keys.update(ids if all(ids) else (found or body for found, body in zip(ids, bodies, strict=True)))
        if total is not None:
            self.totals.add(total)

    @property
    def has_moved(self) -> bool:
        """Whether rows came twice or the total changed: the remote was edited between two pages."""
        return len(self.keys) != self.count or len(self.totals) > 1

    @property
    def is_complete(self) -> bool:
        """Whether every row was seen. Without a total, a walk that reached its end is believed."""
        return not self.has_moved and self.totals <= {self.count, self.leaves}

    @property
    def names_every_row(self) -> bool:
        """Whether every record has an id: one without could be any row, so that no other is missing for certain."""
        return all(isinstance(key, int) for key in self.keys)
