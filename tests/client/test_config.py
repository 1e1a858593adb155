"""A configuration that cannot work is refused with a sentence that shows no credential."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from django_clopos.client import Config
from tests.client.conftest import CONFIG

ENVIRON = {
    "CLOPOS_BASE_URL": "https://remote.example/open-api/v2/",
    "CLOPOS_BRAND": "demo",
    "CLOPOS_CLIENT_ID": "id-5c1a77",
    "CLOPOS_CLIENT_SECRET": " secret-93b0e2\n",
    "CLOPOS_INTEGRATOR_ID": "integrator-40d8",
}


def test_the_environment_makes_a_configuration() -> None:
    assert Config.from_env(ENVIRON) == CONFIG


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "120")

    assert Config.from_env().requests_per_minute == 120


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(ValueError, match="Set CLOPOS_BRAND, CLOPOS_CLIENT_SECRET in the environment"):
        Config.from_env(ENVIRON | {"CLOPOS_BRAND": "  ", "CLOPOS_CLIENT_SECRET": ""})


@pytest.mark.parametrize("rate", ["many", "-5", "1.5", "0"])
def test_a_strange_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)requests_per_minute must be a whole number"):
        Config.from_env(ENVIRON | {"CLOPOS_REQUESTS_PER_MINUTE": rate})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"base_url": "remote.example/v2"}, "base_url must be an http"),
        ({"base_url": "ftp://remote.example"}, "base_url must be an http"),
        ({"base_url": "https://"}, "base_url must be an http"),
        ({"base_url": "https://[broken"}, "base_url must be an http"),
        ({"base_url": "https://remote.example:99999999"}, "base_url must be an http"),
        ({"base_url": "https://me:hidden@remote.example"}, "base_url must hold no user"),
        ({"base_url": "https://remote.example/?x=1"}, "base_url must hold no user"),
        ({"brand": ""}, "brand .CLOPOS_BRAND. must be a text"),
        ({"client_id": None}, "client_id .CLOPOS_CLIENT_ID. must be a text"),
        ({"client_secret": "hidden\nmore"}, "client_secret .CLOPOS_CLIENT_SECRET. has spaces"),
        ({"integrator_id": " hidden"}, "integrator_id .CLOPOS_INTEGRATOR_ID. has spaces"),
        ({"requests_per_minute": 0}, "requests_per_minute must be a whole number of at least 1"),
        ({"requests_per_minute": True}, "requests_per_minute must be a whole number of at least 1"),
        ({"attempts": 0}, "attempts must be a whole number of at least 1"),
        ({"read_timeout_seconds": 0}, "read_timeout_seconds must be more than 0"),
        ({"connect_timeout_seconds": float("nan")}, "connect_timeout_seconds must be more than 0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        dataclasses.replace(CONFIG, **change)

    assert "hidden" not in str(caught.value)


def test_the_repr_shows_no_credential() -> None:
    for secret in CONFIG.secrets.texts:
        assert secret not in repr(CONFIG)
    assert "demo" in repr(CONFIG)
