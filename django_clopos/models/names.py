"""Names that a person sees of tables, columns and choices, in the language of whoever looks.

The models name things once, in English, as migrations do. This puts gettext behind those names when Django is ready:
no declaration repeats it, and no migration notices. Their messages have the context "clopos", so that a word as common
as "name" is not translated for a site's other apps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.utils.translation import override, pgettext_lazy

CONTEXT = "clopos"


def translate_names(tables: Iterable[type[models.Model]]) -> None:
    """Put gettext behind the names and helps of the tables, their columns and choices."""
    for table in tables:
        options = table._meta
        options.verbose_name = _put(options.verbose_name)
        options.verbose_name_plural = _put(options.verbose_name_plural)
        for column in _list_columns(table):
            column.verbose_name = _put(column.verbose_name)
            column.help_text = _put(column.help_text)
            if column.choices:
                column.choices = [(value, _put(label)) for value, label in column.choices]


def list_names(tables: Iterable[type[models.Model]]) -> list[str]:
    """List every name that `translate_names` translates, in English, sorted."""
    names: set[str] = set()
    with override(None):
        for table in tables:
            names |= {str(table._meta.verbose_name), str(table._meta.verbose_name_plural)}
            for column in _list_columns(table):
                labels = (label for _, label in column.choices or ())
                names |= {str(name) for name in (column.verbose_name, column.help_text, *labels) if name}
    return sorted(names)


def _list_columns(table: type[models.Model]) -> Iterator[Any]:
    yield from (*table._meta.local_concrete_fields, *table._meta.local_many_to_many)


def _put(name: Any) -> Any:
    """Give a name that waits for its language; the plural that Django makes up is lazy already, yet English."""
    with override(None):
        return pgettext_lazy(CONTEXT, str(name)) if name else name
