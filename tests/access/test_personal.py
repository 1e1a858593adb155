"""No personal value reaches somebody without the permission: each one is planted, and every page is searched for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos import schemas
from django_clopos.exports import FORMATS
from django_clopos.mirror import RESOURCES
from django_clopos.models import (
    Brand,
    Change,
    Customer,
    Drift,
    Order,
    OrderItem,
    Receipt,
    ReceiptProduct,
    RejectedRow,
)
from django_clopos.models import User as Staff
from django_clopos.models.base import MarkedModel
from django_clopos.models.fields import dump_json
from django_clopos.schemas.personal import (
    IMPERSONAL_RESOURCES,
    IMPERSONAL_TABLES,
    KEPT_OF_CUSTOMER,
    KEPT_OF_STAFF,
    MASK,
    mask_record,
)
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, list_of, make_user, page_of, read, sign_in
from tests.access.walking import (
    ask_autocomplete,
    list_addresses,
    list_addresses_of,
    list_api_addresses,
    list_targets,
    read_answer,
)
from tests.admin.test_every_model import make_any

MODELS: list[Any] = list(apps.get_app_config("django_clopos").get_models())
PERSONAL = [(model, name) for model in MODELS for name in sorted(model.personal | model.records)]
each_personal = pytest.mark.parametrize(
    ("model", "name"), PERSONAL, ids=lambda value: value if isinstance(value, str) else value.__name__
)

#: Texts and JSON of people and sales that say nothing of a person. A new column is added here or declared personal.
IMPERSONAL = {
    "Customer": {"source", "content_hash"},
    "User": {"username", "first_name", "last_name", "content_hash"},
    "Order": {
        "type", "status", "number", "delivery_type", "payment_status", "integration", "integration_uuid",
        "integration_id", "integration_status", "content_hash",
    },
    "OrderItem": {"product_name", "status", "product_hash"},
    "Receipt": {
        "cid", "order_status", "order_number", "source", "cash_shift_cid", "loyalty_type", "fiscal_id",
        "terminal_version", "content_hash",
    },
    "ReceiptProduct": {"product_name", "product_type", "cid", "loyalty_type", "product_hash"},
    "ReceiptPayment": {"name"},
}  # fmt: skip


class Plants:
    """Makes values that are found nowhere else, and remembers how they are shown."""

    def __init__(self) -> None:
        self.shown: dict[str, tuple[str, ...]] = {}

    def text(self, place: str) -> str:
        """Give a text."""
        value = f"plant.{place}.{len(self.shown)}.end"
        self.shown[place] = (value,)
        return value

    def column(self, field: models.Field[Any, Any]) -> Any:
        """Give a value of the column's type. A year alone would be found in a hash now and then."""
        place = f"{field.model.__name__}.{field.name}"
        number = 10 + len(self.shown)
        match field:
            case models.JSONField():
                return {"inner": self.text(place)}
            case models.DateTimeField():
                self.shown[place] = (f"18{number}-03-04", f"03/04/18{number}", f"4, 18{number}")
                return datetime(1800 + number, 3, 4, 12, tzinfo=UTC)
            case models.DateField():
                self.shown[place] = (f"18{number}-02-03", f"02/03/18{number}", f"3, 18{number}")
                return date(1800 + number, 2, 3)
            case models.DecimalField():
                self.shown[place] = (f"7654{number}", f"765,4{number}", f"76,54{number}")
                return f"7654{number}.25"
            case models.IntegerField():
                self.shown[place] = (f"8765{number}",)
                return int(f"8765{number}")
            case _:
                return self.text(place)

    def columns(self, model: Any) -> dict[str, Any]:
        """Give every personal column of a model."""
        return {name: self.column(model._meta.get_field(name)) for name in sorted(model.personal)}

    def find(self, text: str) -> set[str]:
        """Tell which are in a text, in any of their forms."""
        return {place for place, forms in self.shown.items() if any(form in text for form in forms)}


def make_records(plants: Plants, where: str) -> dict[str, dict[str, Any]]:
    """Make a record of each table that tells of persons, with something planted under each of the keys that do."""

    def keys(table: str, *names: str) -> dict[str, Any]:
        return {name: plants.text(f"{where}.{table}.{name}") for name in names}

    customer = sorted(schemas.Customer.wire_keys() - KEPT_OF_CUSTOMER)
    staff = sorted(schemas.User.wire_keys() - KEPT_OF_STAFF)
    person = keys("person", "name", "phone", "address", "nickname")
    line = {"id": 1, **keys("line", "note", "unknown"), "meta": {"deep": [keys("deep", "comment", "guest")]}}
    payload = {
        "customer": {"id": 7, **person},
        "meta": keys("meta", "comment"),
        "products": [{"product_id": 1, **keys("item", "note", "unknown")}],
        **keys("payload", "unknown"),
    }
    return {
        "Customer": {"id": 7, **keys("customer", *customer, "unknown")},
        "User": {"id": 8, **keys("staff", *staff, "unknown")},
        "Order": {
            "id": 9,
            "payload": payload,
            **keys("order", "customer", "customer_ref_id", "comment", "unknown"),
            "integration_response": keys("response", "anything"),
            "properties": keys("properties", "anything"),
            "sale_type": keys("sale_type", "contact_email"),
        },
        "Receipt": {
            "id": 10,
            **keys("receipt", "address", "description", "customer", "unknown"),
            "meta": {"customer": keys("buyer", "name"), **keys("receipt_meta", "guest_phone", "mobileNumber")},
            "receipt_products": [line],
        },
    }


@pytest.fixture
def plants(brand: Brand) -> Plants:
    """Rows of every table that holds personal data, with something planted in each place."""
    plants = Plants()
    raw = make_records(plants, "raw")
    make(Staff, brand=brand, clopos_id=8, raw=raw["User"], **plants.columns(Staff))
    customer = make(Customer, brand=brand, clopos_id=7, raw=raw["Customer"], **plants.columns(Customer))
    order = make(Order, brand=brand, venue=1, customer=customer, raw=raw["Order"], **plants.columns(Order))
    modifier = [{"modifier_id": 1, "note": plants.text("OrderItem.product_modificators")}]
    make(OrderItem, brand=brand, order=order, product_modificators=modifier, **plants.columns(OrderItem))
    receipt = make_receipt(brand, venue=1, customer=customer, raw=raw["Receipt"], **plants.columns(Receipt))
    modifier = [{"id": 1, "comment": plants.text("ReceiptProduct.modificators")}]
    make(ReceiptProduct, brand=brand, receipt=receipt, modificators=modifier, **plants.columns(ReceiptProduct))
    now = timezone.now()
    before, after, refused = (make_records(plants, where) for where in ("before", "after", "refused"))
    resources = {"Customer": "customers", "User": "users", "Order": "orders", "Receipt": "receipts"}
    for number, (table, resource) in enumerate(resources.items(), 1):
        Change.objects.create(
            brand=brand, seq=number, resource=resource, table=table, row_id=number, kind="updated",
            before=before[table], after=after[table], changed_at=now,
        )  # fmt: skip
        RejectedRow.objects.create(
            brand=brand, resource=resource, table=table, key=str(number), record=dump_json(refused[table]),
            reason=plants.text(f"reason.{table}"), first_seen_at=now, last_seen_at=now,
        )  # fmt: skip
        Drift.objects.create(
            brand=brand, resource=resource, kind="unknown_value", path="some.key", first_seen_at=now, last_seen_at=now,
            example=plants.text(f"example.{table}"),
        )  # fmt: skip
    RejectedRow.objects.create(
        brand=brand, resource="orders", table="Order", key="9", record=plants.text("refused.text") + "{",
        reason="", first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    for model in MODELS:
        if not model._meta.proxy and not model._default_manager.exists():
            make_any(model, brand)
    return plants


def read_everything(client: Client, brand: Brand) -> str:
    """Read every address of the admin and of the API, in every form that it has, and what autocomplete offers."""
    return "\n".join([*_read_admin(client), *_read_autocomplete(client), *_read_api(client, brand)])


def _read_admin(client: Client) -> Iterator[str]:
    for model in MODELS:
        for address, query in list_addresses(model):
            yield read_answer(client.get(address, query))
        for row in model._default_manager.all():
            yield from (read_answer(client.get(address)) for address in list_addresses_of(row))


def _read_autocomplete(client: Client) -> Iterator[str]:
    for source in list_targets():
        yield read_answer(ask_autocomplete(client, source))


def _read_api(client: Client, brand: Brand) -> Iterator[str]:
    for clopos_id in (7, 8, 1):  # the customer, the staff, the sales
        for address, query in list_api_addresses(brand.slug, clopos_id):
            yield read_answer(client.get(address, query))
    for resource in RESOURCES:
        yield read_answer(client.get(f"/api/{brand.slug}/{resource.name}/", headers={"accept": "text/html"}))


def test_nothing_personal_is_in_any_answer_without_the_permission(plants: Plants, brand: Brand) -> None:
    text = read_everything(sign_in(allow(make_user(), brand)), brand)

    assert plants.find(text) == set()
    assert MASK in text


def test_everything_personal_is_found_with_the_permission(plants: Plants, brand: Brand) -> None:
    text = read_everything(sign_in(allow(make_user(is_personal=True), brand)), brand)

    assert plants.shown.keys() - plants.find(text) == set()
    assert len(plants.shown) > 150


def test_what_is_not_personal_is_left(plants: Plants, brand: Brand) -> None:
    client = sign_in(allow(make_user(), brand))

    customer = client.get("/api/first/customers/7/?raw=true").json()

    assert (customer["id"], customer["name"], customer["raw"]["id"]) == (7, MASK, 7)
    assert ">customer 7<" in read(client, list_of(Order))
    assert "customer 7" in read(client, page_of(Customer.objects.get()))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("model", [Customer, Order, RejectedRow, Drift], ids=lambda model: model.__name__)
def test_a_file_has_personal_data_with_the_permission_only(kind: str, model: Any, plants: Plants, brand: Brand) -> None:
    address = reverse(f"admin:django_clopos_{model._meta.model_name}_export", args=[kind])
    users = (make_user(), make_user("manager", is_personal=True))
    hidden, shown = (read_answer(sign_in(allow(user, brand)).get(address)) for user in users)

    assert (plants.find(hidden), bool(plants.find(shown))) == (set(), True)


@pytest.mark.parametrize("term", ["Aysel", "50000041", "C417", "1266eb42"])
def test_autocomplete_finds_nobody_by_personal_data(term: str, brand: Brand) -> None:
    texts = {"name": "Aysel", "phone": "+994500000417", "code": "C417", "cid": "1266eb42"}
    make(Customer, brand=brand, clopos_id=5, **texts)
    source = (Receipt, "customer")

    hidden = sign_in(allow(make_user(), brand))
    shown = sign_in(allow(make_user("manager", is_personal=True), brand))

    assert ask_autocomplete(hidden, source, term).json()["results"] == []
    assert [each["text"] for each in ask_autocomplete(hidden, source, "5").json()["results"]] == ["customer 5"]
    assert [each["text"] for each in ask_autocomplete(shown, source, "Aysel").json()["results"]] == ["Aysel"]


@each_personal
def test_no_list_is_filtered_by_personal_data(model: Any, name: str, brand: Brand) -> None:
    hidden = sign_in(allow(make_user(), brand)).get(list_of(model), {f"{name}__isnull": "True"})
    shown = sign_in(User.objects.create_superuser("root")).get(list_of(model), {f"{name}__isnull": "True"})

    assert (hidden.status_code, shown.status_code) == (400, 200)


def test_no_list_is_filtered_by_personal_data_of_another_table(brand: Brand) -> None:
    client = sign_in(allow(make_user(), brand))

    assert client.get(list_of(Receipt), {"customer__phone__startswith": "+994"}).status_code == 400
    assert client.get(list_of(Receipt), {"venue__phone__startswith": "+994"}).status_code == 400  # Django's own rule


@pytest.mark.parametrize("model", [Customer, Order, RejectedRow, Drift], ids=lambda model: model.__name__)
def test_no_list_is_ordered_by_personal_data(model: Any, plants: Plants, brand: Brand) -> None:
    columns = [name for name in admin.site.get_model_admin(model).list_display if name in model.personal]
    assert columns

    assert _find_ordered(sign_in(allow(make_user(), brand)), model) & set(columns) == set()
    assert _find_ordered(sign_in(User.objects.create_superuser("root")), model) >= set(columns)


def _find_ordered(client: Client, model: Any) -> set[str]:
    """Order by each column of a list in turn and tell which ones the database ordered by."""
    with CaptureQueriesContext(connection) as queries:
        for number in range(len(admin.site.get_model_admin(model).list_display) + 2):
            for sign in ("", "-"):
                assert client.get(list_of(model), {"o": f"{sign}{number}"}).status_code == 200
    orders = [query["sql"].partition("ORDER BY")[2] for query in queries]
    return {name for order in orders for name in re.findall(rf'"{model._meta.db_table}"\."(\w+)"', order)}


@pytest.mark.parametrize(
    ("model", "column", "term"),
    [
        (Customer, "name", "Aysel"),
        (Customer, "phone", "+994500000417"),
        (Customer, "code", "C417"),
        (Customer, "cid", "1266eb42"),
        (Order, "customer_phone", "+994500000417"),
    ],
)
def test_no_search_matches_personal_data(model: Any, column: str, term: str, brand: Brand) -> None:
    make(model, brand=brand, clopos_id=5, **{column: term}, **({"venue": 1} if model is Order else {}))

    hidden = read(sign_in(allow(make_user(), brand)), list_of(model), q=term)
    shown = read(sign_in(User.objects.create_superuser("root")), list_of(model), q=term)

    assert ("0 results" in hidden, "1 result" in shown) == (True, True)
    assert "1 result" in read(sign_in(User.objects.get(username="clerk")), list_of(model), q="5")


@pytest.mark.parametrize("table", IMPERSONAL)
def test_every_text_of_people_and_sales_is_personal_or_known_not_to_be(table: str) -> None:
    model: Any = apps.get_model("django_clopos", table)
    kinds = (models.CharField, models.TextField, models.JSONField)
    texts = {field.name for field in model._meta.concrete_fields if isinstance(field, kinds)}

    assert texts - model.personal - model.records == IMPERSONAL[table]


def test_every_table_and_resource_is_known_to_be_personal_or_not() -> None:
    tables = {model.__name__ for model in MODELS if issubclass(model, MarkedModel)}
    personal = {"Customer", "User", "Order", "Receipt"}

    assert tables - IMPERSONAL_TABLES == personal
    assert {name for name in tables if "raw" in apps.get_model("django_clopos", name).records} == personal
    assert {resource.name for resource in RESOURCES} - IMPERSONAL_RESOURCES == {
        "customers", "users", "orders", "receipts",
    }  # fmt: skip


@pytest.mark.parametrize("table", ["Order", "Receipt"])
def test_no_key_of_a_sale_is_masked_by_mistake(table: str) -> None:
    """Words such as `note` are looked for inside keys: no known key may be caught that is no personal one."""
    schema: Any = getattr(schemas, table)
    record = dict.fromkeys(schema.wire_keys(), "x")
    personal = {
        "Order": {"customer", "customer_ref_id", "integration_response", "properties"},
        "Receipt": {"address", "description"},
    }

    assert {key for key, value in mask_record(table, record).items() if value == MASK} == personal[table]


def test_a_table_that_nobody_knows_is_masked_whole() -> None:
    assert mask_record("Supplier", {"id": 1, "name": "x"}) == {"id": MASK, "name": MASK}
    assert mask_record("Supplier", [1]) == MASK


def test_a_mask_keeps_the_shape_and_what_is_empty() -> None:
    record = {"payload": {"customer": {"id": 4, "phone": "1", "name": None}, "products": [{"note": "", "count": 2}]}}

    assert mask_record("Order", record) == {
        "payload": {"customer": {"id": 4, "phone": MASK, "name": None}, "products": [{"note": "", "count": 2}]}
    }
