"""How many rows a list says it has, without counting a large table.

PostgreSQL's planner tells about how many rows a query gives; other databases count as far as is worth it. What is few
is counted exactly. Pages end where an OFFSET would begin to be felt: whoever wants more filters, searches, turns the
order around or exports.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connections, models

#: Rows up to which a list is counted, and up to which its pages go.
MOST_ROWS = 5_000


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]  # takes none at run time
    """Counts exactly up to `MOST_ROWS` and estimates beyond; `is_estimate` tells which."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, exactly or about."""
        return self._counted[0]

    @property
    def is_estimate(self) -> bool:
        """Whether `count` is only about right; without a planner's word it is the least that there are."""
        return self._counted[1]

    @cached_property
    def num_pages(self) -> int:
        """How many pages can be turned."""
        pages: int = super().num_pages
        return min(pages, max(1, MOST_ROWS // self.per_page))

    @property
    def rows_within_pages(self) -> int:
        """How many rows the pages have together."""
        return min(self.count, self.num_pages * self.per_page)

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows), False
        expected = _ask_planner(rows)
        if expected is not None and expected > MOST_ROWS:
            return _round(expected), True
        counted = rows.order_by()[: MOST_ROWS + 1].count()
        return counted, counted > MOST_ROWS


def _ask_planner(rows: models.QuerySet[Any]) -> int | None:
    """Ask PostgreSQL how many rows it expects; None where nobody can tell."""
    if connections[rows.db].vendor != "postgresql":
        return None
    told = rows.order_by().values("pk").explain(format="json")
    # Nothing is told where Django knows by itself that there are no rows.
    return int(json.loads(told)[0]["Plan"]["Plan Rows"]) if told else None


def _round(number: int) -> int:
    """Keep the first two digits: more of them would pretend to be counted."""
    return round(number, 2 - len(str(number)))
