"""How a brand is found and reached: its row, its credentials, its token."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

from django_clopos.client.budget_redis import RedisBudget
from django_clopos.conf import ENVIRONMENT, load_settings
from django_clopos.models import Brand, RequestBudget
from django_clopos.sync.connection import CacheTokenStore, find_brand, make_config, open_client

pytestmark = pytest.mark.django_db
CREDENTIALS = {"client_id": "own-id", "client_secret": "own-secret", "integrator_id": "own-integrator"}
COMMON = {"BRAND": "demo", "CLIENT_ID": "id", "CLIENT_SECRET": "secret", "INTEGRATOR_ID": "integrator"}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


# Which brand


def test_a_brand_is_found_by_its_slug() -> None:
    brand = Brand.objects.create(slug="one")
    Brand.objects.create(slug="two")
    assert find_brand("one") == brand


def test_the_brand_of_the_environment_is_created(settings: Any) -> None:
    settings.CLOPOS = {"BRAND": "demo", "REMOTE_TIMEZONE": "Asia/Tashkent", "CURRENCY": "UZS"}
    brand = find_brand()
    assert (brand.slug, brand.remote_timezone, brand.currency) == ("demo", "Asia/Tashkent", "UZS")
    assert find_brand("demo") == brand == Brand.objects.get()


def test_the_brand_of_the_environment_may_stay_unsaved(settings: Any) -> None:
    settings.CLOPOS = {"BRAND": "demo"}
    assert find_brand(create=False).pk is None
    assert not Brand.objects.exists()


def test_the_only_active_brand_needs_no_name() -> None:
    brand = Brand.objects.create(slug="one")
    Brand.objects.create(slug="old", is_active=False)
    assert find_brand() == brand


def test_two_brands_need_a_name() -> None:
    Brand.objects.bulk_create([Brand(slug="one"), Brand(slug="two")])
    with pytest.raises(ImproperlyConfigured, match="name one with --brand"):
        find_brand()


def test_without_a_brand_the_five_variables_are_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="CLOPOS_INTEGRATOR_ID, or add a brand in the admin"):
        find_brand()


def test_a_brand_that_is_not_there_is_told_with_those_that_are(settings: Any) -> None:
    settings.CLOPOS = {"BRAND": "demo"}
    Brand.objects.create(slug="one")
    with pytest.raises(ImproperlyConfigured, match=r"There is no brand 'two'\. Brands in the database: one"):
        find_brand("two")
    assert Brand.objects.count() == 1


# With which credentials


def test_a_brand_brings_its_own_credentials(settings: Any) -> None:
    settings.CLOPOS = COMMON
    brand = Brand.objects.create(slug="other", base_url="https://own.example/v2", **CREDENTIALS)
    config = make_config(brand, load_settings())
    assert (config.base_url, config.brand, config.client_id) == ("https://own.example/v2", "other", "own-id")
    assert (config.client_secret, config.integrator_id) == ("own-secret", "own-integrator")


def test_the_environments_credentials_serve_its_own_brand_only(settings: Any) -> None:
    settings.CLOPOS = COMMON
    assert make_config(Brand(slug="demo"), load_settings()).client_secret == "secret"
    with pytest.raises(ImproperlyConfigured, match="Brand 'other' has no client_id, client_secret") as caught:
        make_config(Brand(slug="other"), load_settings())
    assert "CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET together with CLOPOS_BRAND=other" in str(caught.value)


def test_the_integrator_may_be_shared_by_all_brands(settings: Any) -> None:
    settings.CLOPOS = COMMON
    brand = Brand(slug="other", client_id="own-id", client_secret="own-secret")
    assert make_config(brand, load_settings()).integrator_id == "integrator"


def test_a_secret_may_be_a_variables_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESAME", "open")
    brand = Brand(slug="other", **(CREDENTIALS | {"client_secret": "env:SESAME"}))
    assert make_config(brand, load_settings()).client_secret == "open"


@pytest.mark.parametrize("change", [{"base_url": "nowhere"}, {"client_secret": "with\nline"}], ids=str)
def test_credentials_that_cannot_work_are_a_sentence(change: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        make_config(Brand(slug="other", **(CREDENTIALS | change)), load_settings())
    assert "with\nline" not in str(caught.value)


def test_the_budget_is_a_row_unless_redis_is_named(settings: Any) -> None:
    brand = Brand.objects.create(slug="other", **CREDENTIALS)
    with open_client(brand) as client:
        client._exchange._budget.reserve()
    row = RequestBudget.objects.get()
    assert "own" not in row.key
    settings.CLOPOS = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    with open_client(brand) as client:
        assert isinstance(client._exchange._budget, RedisBudget)


# With which token


@pytest.fixture
def store() -> CacheTokenStore:
    caches["default"].clear()
    return CacheTokenStore(alias="default")


def test_a_token_is_kept_for_its_time(store: CacheTokenStore, clock: Any) -> None:
    assert store.get("key") is None
    store.set("key", "token", seconds=60)
    assert store.get("key") == "token"
    clock.shift(61)
    assert store.get("key") is None


def test_only_the_token_that_was_refused_is_dropped(store: CacheTokenStore) -> None:
    store.set("key", "new", seconds=60)
    store.delete_if("key", "old")
    assert store.get("key") == "new"
    store.delete_if("key", "new")
    assert store.get("key") is None


def test_a_token_is_fetched_once_however_many_need_it(store: CacheTokenStore) -> None:
    fetched: list[int] = []

    def need() -> None:
        with store.lock("key"):
            if store.get("key") is None:
                time.sleep(0.02)
                fetched.append(1)
                store.set("key", "token", seconds=60)

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == [1]


def test_a_lock_is_given_back_after_an_error(store: CacheTokenStore) -> None:
    with pytest.raises(ZeroDivisionError), store.lock("key"):
        raise ZeroDivisionError
    with store.lock("key"):
        pass


def test_a_lock_left_behind_ends_after_a_minute(
    store: CacheTokenStore, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = store.lock("key")
    killed.__enter__()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.shift(61)

    monkeypatch.setattr("django_clopos.sync.connection.time.sleep", sleep)
    with store.lock("key"):
        assert len(waits) == 1
