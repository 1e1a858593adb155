"""Everything that a person sees of the admin goes through gettext: seen in a language made up for the test."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from django_clopos.mirror import RESOURCES
from tests.languages.pages import list_addresses, list_untranslated, mark
from tests.languages.rows import make_every_row
from tests.languages.source import list_unwrapped

pytestmark = pytest.mark.django_db

#: Words that are the same in every language: names, and words of the API, of commands and of settings.
SAME_EVERYWHERE = {"Clopos", "AZN", "Receipt", "snapshot", "Asia/Baku", "CSV", "XLSX"}
SAME_EVERYWHERE |= {resource.name for resource in RESOURCES}

#: What Django itself leaves in English: what its icons of yes, no, unknown and the search say.
SAME_EVERYWHERE |= {"True", "False", "None", "Search"}


@pytest.fixture
def made_up_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark whatever gettext is asked for."""
    functions = {
        "gettext": mark,
        "pgettext": lambda context, message: mark(message),
        "ngettext": lambda one, many, number: mark(one if number == 1 else many),
        "npgettext": lambda context, one, many, number: mark(one if number == 1 else many),
    }
    for name, function in functions.items():
        monkeypatch.setattr(translation._trans, name, function, raising=False)


@pytest.fixture
def manager(db: None) -> Client:
    """Log in as a superuser whose name has no Latin letter."""
    client = Client()
    client.force_login(User.objects.create_superuser("διευθυντής", password=""))
    return client


def test_every_page_is_translated(made_up_language: None, manager: Client) -> None:
    found: dict[str, set[str]] = {}
    for name, address in list_addresses(make_every_row()):
        answer = manager.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            found[name] = set(list_untranslated(answer.content.decode())) - SAME_EVERYWHERE

    assert len(found) > 60
    assert {name: sorted(words) for name, words in found.items() if words} == {}


def test_every_error_and_message_is_translated() -> None:
    assert list(list_unwrapped()) == []
