"""PostgreSQL compresses records with lz4 where it was built with it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a choice of PostgreSQL's"),
]


def test_every_record_column_uses_the_quickest_compression_there_is() -> None:
    tables = {
        model._meta.db_table
        for model in apps.get_app_config("django_clopos").get_models()
        if any(field.name == "raw" for field in model._meta.fields)
    }

    with connection.cursor() as cursor:
        cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        wanted = "l" if (cursor.fetchone() or [False])[0] else ""
        cursor.execute(
            "SELECT attrelid::regclass::text, attcompression::text FROM pg_attribute "
            "WHERE attname = 'raw' AND attrelid::regclass::text = ANY(%s)",
            [list(tables)],
        )
        assert dict(cursor.fetchall()) == dict.fromkeys(tables, wanted)
