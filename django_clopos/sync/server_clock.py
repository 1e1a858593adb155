"""The clock that all processes of a site read alike: the database server's. A machine's own may be minutes off."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now


class ServerNow(Now):
    """The moment at which the statement began, on the database server."""

    def as_mysql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> tuple[str, Any]:
        """Django's own is in the zone of the session there, and what it stores in UTC."""
        return self.as_sql(compiler, connection, template="UTC_TIMESTAMP(6)", **context)
