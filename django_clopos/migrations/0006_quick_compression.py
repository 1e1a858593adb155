"""Let PostgreSQL compress raw records with lz4 where it can: a third of what a COPY of receipts costs was its default.

Rows that are there already stay as they are and are read as before. It is no part of the models' state: what a
database does with a long value is its own affair, and other ones have no such choice.
"""

from django.db import migrations

_CAN = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"


def _takes_lz4(connection) -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(_CAN)  # before PostgreSQL 14 there is no such setting, and lz4 is an option of its build
        row = cursor.fetchone()
    return bool(row and row[0])


def choose_lz4(apps, schema_editor) -> None:
    _choose(apps, schema_editor, method="lz4")


def choose_default(apps, schema_editor) -> None:
    _choose(apps, schema_editor, method="default")


def _choose(apps, schema_editor, *, method: str) -> None:
    if not _takes_lz4(schema_editor.connection):
        return
    for model in apps.get_app_config("django_clopos").get_models():
        if any(field.name == "raw" for field in model._meta.fields):
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN raw SET COMPRESSION {method}")


class Migration(migrations.Migration):
    dependencies = [("django_clopos", "0005_receipt_created_index")]

    operations = [migrations.RunPython(choose_lz4, choose_default)]
