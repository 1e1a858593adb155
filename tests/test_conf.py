"""The setting CLOPOS: what it takes from where, and how it says what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_clopos.conf import ENVIRONMENT, load_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


def test_nothing_needs_to_be_set(settings: Any) -> None:
    del settings.CLOPOS
    values = load_settings()
    assert (values.REQUESTS_PER_MINUTE, values.TRAILING_DAYS, values.REMOTE_TIMEZONE) == (300, 30, "Asia/Baku")


@pytest.mark.parametrize(("key", "name"), [item for item in ENVIRONMENT.items() if item[0] != "REQUESTS_PER_MINUTE"])
def test_the_environment_gives_what_the_setting_does_not(
    key: str, name: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv(name, "https://one.example")
    assert getattr(load_settings(), key) == "https://one.example"
    settings.CLOPOS = {key: "https://two.example"}
    assert getattr(load_settings(), key) == "https://two.example"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_BASE_URL", "")
    assert load_settings().BASE_URL.startswith("https://")


def test_the_rate_of_the_environment_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "60")
    assert load_settings().REQUESTS_PER_MINUTE == 60
    monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "many")
    with pytest.raises(ImproperlyConfigured, match="whole number, such as 300"):
        load_settings()


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("TRAILING_DAY", "Did you mean TRAILING_DAYS?"),
        ("base_url", "Did you mean BASE_URL?"),
        ("WHATEVER_ELSE", "Known keys: BASE_URL"),
        (7, "Known keys"),
    ],
)
def test_an_unknown_key_is_an_error_with_a_hint(key: Any, hint: str, settings: Any) -> None:
    settings.CLOPOS = {key: 1}
    with pytest.raises(ImproperlyConfigured, match="CLOPOS has no key") as caught:
        load_settings()
    assert hint in str(caught.value)


WRONG: list[tuple[str, Any]] = [
    ("BASE_URL", "remote.example"),
    ("BASE_URL", None),
    ("REQUESTS_PER_MINUTE", 0),
    ("REQUESTS_PER_MINUTE", "300"),
    ("REQUESTS_PER_MINUTE", True),
    ("TRAILING_DAYS", 0),
    ("TRAILING_DAYS", 1.5),
    ("TIMEOUT_SECONDS", 8),
    ("TIMEOUT_SECONDS", "30"),
    ("HISTORY_FROM", "2026-01-01"),
    ("HISTORY_FROM", datetime(2026, 1, 1)),  # noqa: DTZ001  # the mistake that is tested
    ("REMOTE_TIMEZONE", "Baku"),
    ("REMOTE_TIMEZONE", None),
    ("REMOTE_TIMEZONE", "../etc/passwd"),
    ("CACHE", "nowhere"),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=str)
def test_a_value_that_cannot_work_is_refused_by_name(key: str, value: Any, settings: Any) -> None:
    settings.CLOPOS = {key: value}
    with pytest.raises(ImproperlyConfigured, match=key):
        load_settings()


def test_a_setting_that_is_no_dictionary_is_refused(settings: Any) -> None:
    settings.CLOPOS = ["BASE_URL"]
    with pytest.raises(ImproperlyConfigured, match="must be a dictionary, not list"):
        load_settings()


def test_good_values_are_taken(settings: Any) -> None:
    settings.CLOPOS = {"HISTORY_FROM": date(2026, 1, 1), "TIMEOUT_SECONDS": 9.5, "TRAILING_DAYS": 1}
    values = load_settings()
    assert values == replace(values, HISTORY_FROM=date(2026, 1, 1), TIMEOUT_SECONDS=9.5, TRAILING_DAYS=1)


def test_no_secret_is_shown(settings: Any) -> None:
    settings.CLOPOS = {"CLIENT_SECRET": "sesame", "REDIS_URL": "redis://:sesame@host"}
    assert "sesame" not in repr(load_settings())
