"""When a row counts as gone. So far only where one answer is the whole set; the rest removes nothing on a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import QuerySet

from django_clopos.mirror.resource import Table
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import match_column
from django_clopos.sync.pages import Incoming


def remove_absent(
    table: Table, context: RowContext, records: Sequence[Incoming], *, now: datetime, is_dry_run: bool = False
) -> list[int]:
    """Mark the rows of the venue walked that its answer leaves out, and give their remote ids.

    A record without a usable id could be any row, so such an answer removes nothing.
    """
    if any(not record.id for record in records):
        return []
    column = match_column(plan_table(table))
    stored = table.model._base_manager.using(router.db_for_write(table.model))
    rows: QuerySet[Any, Any] = stored.filter(brand_id=context.brand_id)
    rows = rows.filter(removed_at=None)
    if table.from_venue:
        rows = rows.filter(**{f"{table.from_venue}_id": context.base + (context.venue or 0)})
    present = [context.base + record.id for record in records]
    gone = rows.exclude(**{f"{column}__in": present})
    keys = list(gone.values_list(column, flat=True))
    if keys and not is_dry_run:
        gone.update(removed_at=now, synced_at=now)
    return [key - context.base for key in keys]
