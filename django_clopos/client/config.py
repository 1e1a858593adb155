"""What a client needs to know to reach one brand, and which values are wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from django_clopos.client.scrub import Secrets

#: Environment variable for each field that names a brand and proves who asks.
VARIABLES: Mapping[str, str] = {
    "base_url": "CLOPOS_BASE_URL",
    "brand": "CLOPOS_BRAND",
    "client_id": "CLOPOS_CLIENT_ID",
    "client_secret": "CLOPOS_CLIENT_SECRET",
    "integrator_id": "CLOPOS_INTEGRATOR_ID",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Credentials and manners of one client. Source: wire contract, sections 1, 2 and 7.

    Raises:
        ValueError: a value cannot work; the sentence names it and never shows a credential.
    """

    base_url: str
    """With the version, such as `https://host/open-api/v2`; a trailing slash is dropped."""

    brand: str
    """Slug of the tenant."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    integrator_id: str = field(repr=False)

    requests_per_minute: int = 300
    """What this integrator id and brand may use together; lower it to leave room for other programs."""

    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 30.0
    """Above the 8 seconds after which the remote itself gives up."""
    write_timeout_seconds: float = 10.0
    pool_timeout_seconds: float = 30.0

    attempts: int = 5
    """How often one request is sent at most, counted from 1."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.strip().rstrip("/"))
        _check_base_url(self.base_url)
        for name in VARIABLES:
            _check_text(name, getattr(self, name))
        for name in ("requests_per_minute", "attempts"):
            _check_whole(name, getattr(self, name))
        for name in ("connect", "read", "write", "pool"):
            if not getattr(self, f"{name}_timeout_seconds") > 0:
                raise ValueError(f"{name}_timeout_seconds must be more than 0.")

    @property
    def secrets(self) -> Secrets:
        """What must be shown nowhere."""
        return Secrets((self.client_secret, self.client_id, self.integrator_id))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the five CLOPOS_* variables, and CLOPOS_REQUESTS_PER_MINUTE where it is set.

        Raises:
            ValueError: a variable is missing (all missing ones are named) or wrong.
        """
        values = os.environ if environ is None else environ
        missing = [variable for variable in VARIABLES.values() if not values.get(variable, "").strip()]
        if missing:
            raise ValueError(f"Set {', '.join(missing)} in the environment; see the README on credentials.")
        return cls(
            base_url=values["CLOPOS_BASE_URL"].strip(),
            brand=values["CLOPOS_BRAND"].strip(),
            client_id=values["CLOPOS_CLIENT_ID"].strip(),
            client_secret=values["CLOPOS_CLIENT_SECRET"].strip(),
            integrator_id=values["CLOPOS_INTEGRATOR_ID"].strip(),
            requests_per_minute=_read_rate(values.get("CLOPOS_REQUESTS_PER_MINUTE", "")),
        )


def _read_rate(text: str) -> int:
    if not text.strip():
        return 300
    if not text.strip().isdecimal():
        raise ValueError(f"CLOPOS_REQUESTS_PER_MINUTE must be a whole number, not {text!r}.")
    return int(text)


def _check_base_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError("base_url must be an http or https address, such as https://host/open-api/v2.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("base_url must hold no user, password, query or fragment.")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} ({VARIABLES[name]}) must be a text that is not empty.")
    if not value.isprintable() or value != value.strip():
        raise ValueError(f"{name} ({VARIABLES[name]}) has spaces around it or characters that cannot be printed.")


def _check_whole(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1.")
