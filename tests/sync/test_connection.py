"""How a brand is found and reached: its row, its credentials, its token."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_clopos.client.budget_redis import RedisBudget
from django_clopos.conf import ENVIRONMENT, load_settings
from django_clopos.models import Brand, RequestBudget
from django_clopos.sync.connection import find_brand, make_config, open_client, read_budget

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
    assert row.taken == 1
    settings.CLOPOS = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    with open_client(brand) as client:
        assert isinstance(client._exchange._budget, RedisBudget)


def test_how_much_of_a_brands_budget_is_used_can_be_read(settings: Any) -> None:
    settings.CLOPOS = {"REQUESTS_PER_MINUTE": 100}
    brand = Brand.objects.create(slug="other", **CREDENTIALS)
    assert read_budget(brand).load == 0
    with open_client(brand) as client:
        for _ in range(5):
            client._exchange._budget.reserve()
    use = read_budget(brand)
    assert (use.limit, use.wait_seconds) == (100, pytest.approx(0.6, abs=0.6))
    assert use.load > 0.5
    assert use.this_minute + use.last_minute == 5


def test_all_brands_of_an_address_sign_in_from_one_budget() -> None:
    one = Brand.objects.create(slug="one", **CREDENTIALS)
    two = Brand.objects.create(slug="two", **(CREDENTIALS | {"client_id": "other"}))
    for brand in (one, two):
        with open_client(brand) as client:
            client._exchange.auth._budget.try_take()
    assert RequestBudget.objects.get().taken == 2


def test_the_token_is_kept_where_the_settings_say(settings: Any) -> None:
    brand = Brand.objects.create(slug="other", **CREDENTIALS)
    redis = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    for values, backend in (({}, "LocMemCache"), (redis, "RedisCache"), (redis | {"CACHE": "default"}, "LocMemCache")):
        settings.CLOPOS = values
        with open_client(brand) as client:
            assert type(client._exchange.auth._store._open()).__name__ == backend
