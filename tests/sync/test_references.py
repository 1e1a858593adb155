"""References that lead nowhere are counted, fetched by id in bounded number, and asked for once."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos.client import Client
from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Customer, KnownMissing, Product, Receipt, ReceiptProduct, SyncRun, User
from django_clopos.models.base import compute_key
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sandbox.sales import MISSING_CUSTOMER, MISSING_PRODUCT, MISSING_USER
from django_clopos.sync.references import Fetched, count_dangling, fetch_missing
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipts(mirror: Mirror) -> None:
    """Everything, of a restaurant whose receipts name people and products that no list gives."""
    assert mirror().run.status == "succeeded"


def counted(brand: Brand) -> dict[tuple[str, str], tuple[int, int]]:
    return {(each.model.__name__, each.field): (each.rows, each.targets) for each in count_dangling(brand)}


def fetch(brand: Brand, client: Client, limit: int = 50) -> Fetched:
    return fetch_missing(brand, client=client, resources=RESOURCES, limit=limit)


def bring_back(sandbox: Sandbox, collection: str, clopos_id: int) -> None:
    """Let the remote answer an id that its lists do not give."""
    document: dict[str, Any] = dict(sandbox.documents(SLUG, collection)[0])
    sandbox.insert(SLUG, collection, {**document, "id": clopos_id, "name": "Long gone"})


def test_references_that_lead_nowhere_are_counted(receipts: None, brand: Brand) -> None:
    found = counted(brand)
    rows = Receipt.objects.filter(customer_id=compute_key(brand, MISSING_CUSTOMER)).count()
    assert found["Receipt", "customer"] == (rows, 1)
    lines = ReceiptProduct.objects.filter(product_id=compute_key(brand, MISSING_PRODUCT)).count()
    assert found["ReceiptProduct", "product"] == (lines, 1)
    assert rows > 0
    assert lines > 0


def test_a_mirror_without_receipts_dangles_nowhere_in_them(mirror: Mirror, brand: Brand) -> None:
    mirror("venues", "customer-groups", "customers")
    assert counted(brand) == {}


def test_the_rows_of_another_brand_are_no_target(receipts: None, brand: Brand) -> None:
    before = counted(brand)
    other = Brand.objects.create(slug="other")
    assert counted(other) == {}
    assert counted(brand) == before


def test_what_the_remote_no_longer_has_is_remembered_and_asked_for_once(
    receipts: None, brand: Brand, client: Client
) -> None:
    fetched = fetch(brand, client)
    assert (fetched.found, fetched.missing) == (0, 3)
    assert sorted(KnownMissing.objects.values_list("resource", "clopos_id")) == [
        ("customers", MISSING_CUSTOMER),
        ("products", MISSING_PRODUCT),
        ("users", MISSING_USER),
    ]
    before = client.usage
    assert fetch(brand, client) == Fetched()
    assert (client.usage - before).requests == 0


def test_what_answers_by_id_is_stored_as_a_sync_stores_it(
    receipts: None, brand: Brand, client: Client, sandbox: Sandbox
) -> None:
    for collection, clopos_id in (
        ("customers", MISSING_CUSTOMER),
        ("products", MISSING_PRODUCT),
        ("users", MISSING_USER),
    ):
        bring_back(sandbox, collection, clopos_id)
    fetched = fetch(brand, client)
    assert (fetched.found, fetched.missing) == (3, 0)
    assert Customer.objects.get(clopos_id=MISSING_CUSTOMER).name == "Long gone"
    assert Product.objects.get(clopos_id=MISSING_PRODUCT).is_nested is False
    assert not {"pin", "card", "barcode"} & User.objects.get(clopos_id=MISSING_USER).raw.keys()
    runs = SyncRun.objects.order_by("-pk")[:3]
    assert {(run.status, run.steps.get().walk, run.steps.get().created) for run in runs} == {("succeeded", "by id", 1)}
    assert counted(brand) == {}


def test_no_more_are_asked_for_than_allowed(receipts: None, brand: Brand, client: Client) -> None:
    assert fetch(brand, client, limit=2).missing == 2
    assert KnownMissing.objects.count() == 2
    assert fetch(brand, client, limit=0) == Fetched()
    assert fetch(brand, client, limit=2).missing == 1


def test_what_came_before_a_failure_is_stored(receipts: None, brand: Brand, client: Client, sandbox: Sandbox) -> None:
    bring_back(sandbox, "customers", MISSING_CUSTOMER)
    sandbox.faults.add(Fault(FaultKind.SERVER_ERROR, path=f"products/{MISSING_PRODUCT}", times=None))
    with pytest.raises(Exception, match=f"GET products/{MISSING_PRODUCT}"):
        fetch(brand, client)
    assert Customer.objects.filter(clopos_id=MISSING_CUSTOMER).exists()
    assert not KnownMissing.objects.filter(resource="products").exists()
