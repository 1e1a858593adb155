"""How a brand is reached: its credentials, its shared budget and its shared token."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import ImproperlyConfigured

from django_clopos.client import (
    AUTH_RATE,
    BudgetUse,
    Client,
    Config,
    RateLimited,
    RedisBudget,
    auth_budget_key,
    budget_key,
    token_key,
)
from django_clopos.conf import Settings, load_settings
from django_clopos.models.bookkeeping import RequestBudget
from django_clopos.models.brands import Brand
from django_clopos.models.fields import read_secret
from django_clopos.sync.budget_row import RowBudget
from django_clopos.sync.tokens import CacheTokenStore


class CredentialsMissing(ImproperlyConfigured):
    """A brand cannot be signed in with, because credentials are missing."""


def find_brand(slug: str | None = None, *, create: bool = True) -> Brand:
    """Give the brand of this slug, else the one of the environment, else the only active one.

    The brand of the environment is created where it is missing; with `create` off it is returned unsaved.
    Raises ImproperlyConfigured where there is none, or more than one to choose from.
    """
    values = load_settings()
    wanted = slug or values.BRAND
    if not wanted:
        return _find_only_brand()
    brand = Brand.objects.filter(slug=wanted).first()
    if brand is not None:
        return brand
    if wanted != values.BRAND:
        known = ", ".join(Brand.objects.values_list("slug", flat=True)) or "none"
        raise ImproperlyConfigured(f"There is no brand {wanted!r}. Brands in the database: {known}.")
    columns = {"remote_timezone": values.REMOTE_TIMEZONE, "currency": values.CURRENCY}
    if not create:
        return Brand(slug=wanted, **columns)
    return Brand.objects.get_or_create(slug=wanted, defaults=columns)[0]  # another process may be first


def open_client(brand: Brand) -> Client:
    """Open a client for a brand, with the budget and the token that all processes share. Close it after use."""
    values = load_settings()
    config = make_config(brand, values)
    return Client(
        config,
        budget=_make_budget(config, values),
        auth_budget=_make_auth_budget(config, values),
        tokens=_make_token_store(values),
        shares_connections=True,
    )


def open_brief_client(brand: Brand, *, patience_seconds: float) -> Client:
    """Open such a client for a web request: it asks once, and gives up where an answer or a slot is long in coming."""
    values = load_settings()
    config = replace(
        make_config(brand, values),
        attempts=1,
        connect_timeout_seconds=patience_seconds,
        read_timeout_seconds=patience_seconds,
        write_timeout_seconds=patience_seconds,
    )
    return Client(
        config,
        budget=_make_budget(config, values),
        auth_budget=_make_auth_budget(config, values),
        tokens=_make_token_store(values),
        sleep=_limit_sleep(patience_seconds),
    )


def read_budget(brand: Brand) -> BudgetUse:
    """Tell how much of a brand's shared request budget is used now, over all processes.

    Raises ImproperlyConfigured where the brand has no credentials, BudgetUnavailable where Redis does not answer.
    """
    values = load_settings()
    return _make_budget(make_config(brand, values), values).use()


def make_config(brand: Brand, values: Settings) -> Config:
    """Put together what a client needs. Raises ImproperlyConfigured, naming what is missing."""
    own = {
        "client_id": brand.client_id,
        "client_secret": read_secret(brand.client_secret),
        "integrator_id": brand.integrator_id,
    }
    common = {
        "client_id": values.CLIENT_ID,
        "client_secret": values.CLIENT_SECRET,
        "integrator_id": values.INTEGRATOR_ID,
    }
    # Credentials belong together: those of the environment are another brand's unless it is named there.
    found = {key: value or (common[key] if brand.slug == values.BRAND else "") for key, value in own.items()}
    found["integrator_id"] = found["integrator_id"] or values.INTEGRATOR_ID
    missing = [name for name, value in found.items() if not value]
    if missing:
        names = ", ".join(f"CLOPOS_{name.upper()}" for name in missing)
        raise CredentialsMissing(
            f"Brand {brand.slug!r} has no {', '.join(missing)}. Enter it on the brand, or set {names} "
            f"together with CLOPOS_BRAND={brand.slug}."
        )
    try:
        return Config(
            base_url=brand.base_url or values.BASE_URL,
            brand=brand.slug,
            requests_per_minute=values.REQUESTS_PER_MINUTE,
            read_timeout_seconds=values.TIMEOUT_SECONDS,
            client_id=found["client_id"],
            client_secret=found["client_secret"],
            integrator_id=found["integrator_id"],
        )
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None


def forget_access(brand: Brand) -> int:
    """Drop a brand's token and its budget; give how many budget rows there were. Redis drops a budget by itself."""
    values = load_settings()
    try:
        config = make_config(brand, values)
    except ImproperlyConfigured:
        return 0  # without credentials there is neither
    _make_token_store(values).delete(token_key(config))
    return RequestBudget.objects.filter(key=_budget_row_key(config)).delete()[0]


def _find_only_brand() -> Brand:
    brands = list(Brand.objects.filter(is_active=True)[:2])
    if len(brands) == 1:
        return brands[0]
    if not brands:
        raise ImproperlyConfigured(
            "No brand is configured. Set CLOPOS_BASE_URL, CLOPOS_BRAND, CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET and "
            "CLOPOS_INTEGRATOR_ID, or add a brand in the admin."
        )
    raise ImproperlyConfigured("There is more than one brand: name one with --brand.")


def _limit_sleep(seconds: float) -> Callable[[float], None]:
    """Make a sleep that refuses to go beyond this time from now."""
    ends_at = time.monotonic() + seconds

    def sleep(nap_seconds: float) -> None:
        if time.monotonic() + nap_seconds > ends_at:
            raise RateLimited("the request budget shared with the syncs of this site has no slot left for now")
        time.sleep(nap_seconds)

    return sleep


def _make_budget(config: Config, values: Settings) -> RedisBudget | RowBudget:
    if values.REDIS_URL:
        return RedisBudget.from_url(values.REDIS_URL, config=config)
    return RowBudget(key=_budget_row_key(config), requests_per_minute=config.requests_per_minute)


def _make_auth_budget(config: Config, values: Settings) -> RedisBudget | RowBudget:
    if values.REDIS_URL:
        return RedisBudget.for_authentication(values.REDIS_URL, config=config)
    return RowBudget(key=_shorten(auth_budget_key(config)), rate=AUTH_RATE)


def _make_token_store(values: Settings) -> CacheTokenStore:
    return CacheTokenStore(alias=values.CACHE, redis_url=values.REDIS_URL)


def _budget_row_key(config: Config) -> str:
    return _shorten(budget_key(config))


def _shorten(key: str) -> str:
    return key.rpartition(":")[2]
