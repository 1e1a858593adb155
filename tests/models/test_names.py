"""Names of tables, columns and choices follow the language of whoever looks, and migrations do not notice."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils.functional import Promise
from django.utils.translation import override

from django_clopos.models import Receipt
from django_clopos.models.names import list_names

MODELS = list(apps.get_app_config("django_clopos").get_models())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_name_waits_for_its_language(model: type) -> None:
    options = model._meta
    names = [options.verbose_name, options.verbose_name_plural]
    for column in options.local_concrete_fields:
        names += [column.verbose_name, column.help_text, *(label for _, label in column.choices or ())]
    assert [name for name in names if name and not isinstance(name, Promise)] == []


@pytest.mark.parametrize(("language", "plural"), [("en", "receipts"), ("az", "çeklər"), ("ru", "чеки")])
def test_a_plural_that_django_made_up_is_translated(language: str, plural: str) -> None:
    with override(language):
        assert str(Receipt._meta.verbose_name_plural) == plural


def test_names_are_listed_in_english_whoever_asks() -> None:
    with override("az"):
        names = list_names([Receipt])
    assert {"receipt", "receipts", "business day", "Closed"} <= set(names)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "az", "ru"])
def test_no_language_asks_for_a_migration(language: str) -> None:
    with override(language):
        call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
