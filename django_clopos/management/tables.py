"""Whether the database answers and has this app's tables, asked before a command needs them."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, router
from django.db.migrations.executor import MigrationExecutor

from django_clopos.models import Brand


def check_tables() -> str:
    """Give the kind of the database, such as `postgresql`. Raises ImproperlyConfigured, saying what to do."""
    connection = connections[router.db_for_write(Brand)]
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes("django_clopos"))
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        raise ImproperlyConfigured(f"The database does not answer ({reason}). Check DATABASES.") from None
    if pending:
        raise ImproperlyConfigured("The tables of django_clopos are not up to date. Run `manage.py migrate`.")
    return connection.vendor
