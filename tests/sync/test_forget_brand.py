"""An erased brand leaves nothing behind but the record that it was erased."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos.client.auth import token_key
from django_clopos.client.budget_redis import budget_key
from django_clopos.conf import load_settings
from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Erasure, RequestBudget
from django_clopos.sync.budget_row import RowBudget
from django_clopos.sync.connection import make_config
from django_clopos.sync.forget_brand import forget_brand
from django_clopos.sync.forget_customer import forget_customer
from django_clopos.sync.tokens import CacheTokenStore
from django_clopos.testing import make_brand, make_receipt
from tests.conftest import Mirror
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db
EVERYTHING = [
    model
    for model in apps.get_app_config("django_clopos").get_models()
    if model is not Erasure and not model._meta.proxy
]


def forget(brand: Brand) -> Erasure:
    return forget_brand(brand, RESOURCES, on_wait=pytest.fail)


def test_every_table_is_empty_afterwards(mirror: Mirror, brand: Brand) -> None:
    mirror()
    mirror("stock-operations")
    filled = {model.__name__ for model in EVERYTHING if model._base_manager.exists()}
    erasure = forget(brand)
    assert [model for model in EVERYTHING if model._base_manager.exists()] == []
    assert (erasure.brand_slug, erasure.subject, erasure.customer) == ("demo", "brand", None)
    assert filled - {"Brand"} <= erasure.counts.keys()


def test_another_brand_keeps_everything(mirror: Mirror, brand: Brand) -> None:
    other = make_brand(slug="other")
    receipt = make_receipt(other, lines=[{"price": "4.50", "count": 2}], payments=[{"name": "Cash", "amount": "9.00"}])
    mirror("venues", "receipts")
    forget(brand)
    assert list(Brand.objects.all()) == [other]
    assert (receipt.receipt_products.count(), receipt.payments.count()) == (1, 1)


def test_the_number_of_statements_does_not_grow_with_the_rows(pull: Pull, brand: Brand) -> None:
    def measure(owner: Brand) -> int:
        with CaptureQueriesContext(connection) as queries:
            forget(owner)
        return len(queries)

    few = measure(make_brand(slug="empty"))
    pull("customers", *({"id": number} for number in range(1, 401)))
    assert measure(brand) <= few + 3  # a run and its step


def test_the_token_and_the_budget_go_too(brand: Brand) -> None:
    brand.client_id, brand.client_secret, brand.integrator_id = "id", "secret", "integrator"
    brand.save()
    config = make_config(brand, load_settings())
    key = token_key(config)
    values = load_settings()
    store = CacheTokenStore(alias=values.CACHE, redis_url=values.REDIS_URL)
    store.set(key, "token", seconds=60)
    RowBudget(key=budget_key(config).rpartition(":")[2]).reserve()
    RequestBudget.objects.create(key="another brand's")
    forget(brand)
    assert store.get(key) is None
    assert RequestBudget.objects.get().key == "another brand's"


def test_erased_customers_stay_erased_when_the_brand_is_added_again(pull: Pull, brand: Brand) -> None:
    forget_customer(brand, 417, RESOURCES, on_wait=pytest.fail)
    forget(brand)
    assert set(Erasure.objects.values_list("subject", flat=True)) == {"brand", "customer 417"}
