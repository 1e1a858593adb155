"""The one clock that every worker agrees on: the database server's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


class DatabaseNow(Now):
    """This moment, in UTC as everything stored is."""

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """MySQL's CURRENT_TIMESTAMP is in the zone of the session, which Django leaves to the server."""
        return self.as_sql(compiler, connection, template="UTC_TIMESTAMP(6)", **context)


def after(delay: timedelta) -> Any:
    """Give the expression of a moment this long from now, to be stored or compared with; negative: before now."""
    return ExpressionWrapper(DatabaseNow() + delay, output_field=DateTimeField())
