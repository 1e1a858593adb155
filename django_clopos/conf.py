"""The setting CLOPOS, with its defaults: read from the environment where it is not in the settings."""

from __future__ import annotations

import dataclasses
import difflib
import os
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULT_BASE_URL = "https://integrations.clopos.com/open-api/v2"

#: Settings that the environment gives where CLOPOS does not.
ENVIRONMENT = {
    "BASE_URL": "CLOPOS_BASE_URL",
    "BRAND": "CLOPOS_BRAND",
    "CLIENT_ID": "CLOPOS_CLIENT_ID",
    "CLIENT_SECRET": "CLOPOS_CLIENT_SECRET",
    "INTEGRATOR_ID": "CLOPOS_INTEGRATOR_ID",
    "REDIS_URL": "CLOPOS_REDIS_URL",
    "REQUESTS_PER_MINUTE": "CLOPOS_REQUESTS_PER_MINUTE",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a site can set under CLOPOS; field names are the keys."""

    BASE_URL: str = DEFAULT_BASE_URL
    """Where the remote is, up to and including its version."""
    BRAND: str = ""
    """Slug of the brand whose credentials follow; brands with credentials of their own need none of these four."""
    CLIENT_ID: str = ""
    CLIENT_SECRET: str = dataclasses.field(default="", repr=False)
    INTEGRATOR_ID: str = ""
    REQUESTS_PER_MINUTE: int = 300
    """The budget of one integrator and brand. The remote gives 300."""
    REDIS_URL: str = dataclasses.field(default="", repr=False)
    """Redis that keeps the budget and the token across machines; empty: a database row and a Django cache do."""
    CACHE: str = ""
    """Django cache that keeps the token; empty: the Redis above, or "default" where there is none."""
    REMOTE_TIMEZONE: str = "Asia/Baku"
    """Zone of naive stamps for a brand that is created from the environment."""
    CURRENCY: str = "AZN"
    """Currency of a brand that is created from the environment."""
    HISTORY_FROM: date | None = None
    """First day of the history to mirror; None: from the oldest record."""
    TRAILING_DAYS: int = 30
    """How many days of orders and receipts are read again for late edits."""
    CHANGES_OFF: tuple[str, ...] = ()
    """Resources of which no history is written."""
    CHANGES_RETENTION_DAYS: int = 365
    """How many days of history a pruning leaves."""
    CADENCE: Mapping[str, int | Mapping[str, int]] = dataclasses.field(default_factory=dict)
    """Seconds by job, such as {"orders": 30}; under a brand's slug a dictionary of the same kind."""
    QUEUE: str = "clopos"
    """Celery queue of every task of this app."""
    SCOPE: str | Callable[[Any], object] = ""
    """Function, or the dotted path of one, from a user to the brands and venues allowed; empty: BrandAccess decides."""
    FACE_TOKEN_SECONDS: int = 3600
    """How long a token of the Clopos-compatible face lives."""
    FACE_SIGN_INS_PER_MINUTE: int = 60
    """Sign-ins that one address may try at the face."""
    TIMEOUT_SECONDS: float = 30
    """How long one answer may take; the remote itself gives up after 8 seconds."""

    def __post_init__(self) -> None:
        """Refuse values that could not work, each with a sentence."""
        for problem in _find_problems(self):
            raise ImproperlyConfigured(problem)


def load_settings() -> Settings:
    """Read CLOPOS and the environment. Raises ImproperlyConfigured for an unknown key or a value that cannot work."""
    given = getattr(settings, "CLOPOS", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"CLOPOS must be a dictionary, not {type(given).__name__}.")
    values = {**_read_environment(), **given}
    _refuse_unknown(values)
    return Settings(**values)


def _read_environment() -> dict[str, Any]:
    values: dict[str, Any] = {key: os.environ[name] for key, name in ENVIRONMENT.items() if os.environ.get(name)}
    if "REQUESTS_PER_MINUTE" in values:
        try:
            values["REQUESTS_PER_MINUTE"] = int(values["REQUESTS_PER_MINUTE"])
        except ValueError:
            raise ImproperlyConfigured("CLOPOS_REQUESTS_PER_MINUTE must be a whole number, such as 300.") from None
    return values


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    known = [field.name for field in dataclasses.fields(Settings)]
    for key in values:
        if key not in known:
            close = difflib.get_close_matches(str(key).upper(), known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Known keys: {', '.join(known)}."
            raise ImproperlyConfigured(f"CLOPOS has no key {key!r}. {hint}")


def _find_problems(values: Settings) -> list[str]:
    checks = {
        f"CLOPOS['BASE_URL'] must start with http:// or https://, not {values.BASE_URL!r}.": str(
            values.BASE_URL
        ).startswith(("http://", "https://")),
        "CLOPOS['REQUESTS_PER_MINUTE'] must be a whole number of 1 or more.": _is_whole(values.REQUESTS_PER_MINUTE),
        "CLOPOS['TRAILING_DAYS'] must be a whole number of 1 or more.": _is_whole(values.TRAILING_DAYS),
        "CLOPOS['CHANGES_RETENTION_DAYS'] must be a whole number of 1 or more.": _is_whole(
            values.CHANGES_RETENTION_DAYS
        ),
        "CLOPOS['FACE_TOKEN_SECONDS'] must be a whole number of 1 or more.": _is_whole(values.FACE_TOKEN_SECONDS),
        "CLOPOS['FACE_SIGN_INS_PER_MINUTE'] must be a whole number of 1 or more.": _is_whole(
            values.FACE_SIGN_INS_PER_MINUTE
        ),
        "CLOPOS['CHANGES_OFF'] must be a list of names of resources, such as ['receipts'].": _is_list_of_names(
            values.CHANGES_OFF
        ),
        "CLOPOS['CADENCE'] must give whole seconds of 1 or more by job, such as {\"orders\": 30}; under the slug of a "
        "brand a dictionary of the same kind.": _is_cadence(values.CADENCE, depth=2),
        "CLOPOS['QUEUE'] must be the name of a Celery queue.": bool(values.QUEUE) and isinstance(values.QUEUE, str),
        "CLOPOS['SCOPE'] must be a function of a user, or its dotted path.": isinstance(values.SCOPE, str)
        or callable(values.SCOPE),
        "CLOPOS['TIMEOUT_SECONDS'] must be a number above 8, the remote's own limit.": isinstance(
            values.TIMEOUT_SECONDS, int | float
        )
        and values.TIMEOUT_SECONDS > 8,
        "CLOPOS['HISTORY_FROM'] must be a datetime.date or None.": values.HISTORY_FROM is None
        or type(values.HISTORY_FROM) is date,
        f"CLOPOS['REMOTE_TIMEZONE'] is no IANA time zone: {values.REMOTE_TIMEZONE!r}.": _is_zone(
            values.REMOTE_TIMEZONE
        ),
        f"CLOPOS['CACHE'] names no cache of CACHES: {values.CACHE!r}.": values.CACHE == ""
        or values.CACHE in settings.CACHES,
    }
    return [problem for problem, holds in checks.items() if not holds]


def _is_whole(value: object) -> bool:
    return type(value) is int and value >= 1


def _is_cadence(value: object, *, depth: int) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(
        isinstance(name, str) and (_is_whole(each) or (depth > 1 and _is_cadence(each, depth=depth - 1)))
        for name, each in value.items()
    )


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value)


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError):
        return False
    return True
