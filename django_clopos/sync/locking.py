"""How a row is held between reading and writing it, where the database cannot lock it for a read."""

from __future__ import annotations

from typing import Any

from django.db import connections, router
from django.db.models import F, QuerySet


def begin_with_write(rows: QuerySet[Any], *, column: str) -> None:
    """Begin a transaction with a write that changes nothing, unless `select_for_update` works here.

    SQLite refuses at once to turn a read into a write beside another writer; a write that comes first waits its turn.
    """
    if not connections[router.db_for_write(rows.model)].features.has_select_for_update:
        rows.update(**{column: F(column)})
