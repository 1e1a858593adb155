"""A list is exported as it is seen: its filters, order, scope and masks, in exact values, read some rows at a time."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from django_clopos.access import MASK
from django_clopos.admin import exports
from django_clopos.models import Brand, Change, Customer, Order, Product, Receipt, StopListEntry, Venue
from django_clopos.models.base import ReadOnlyModel
from django_clopos.testing import make, make_brand, make_receipt
from tests.access.conftest import allow, list_of, make_user, sign_in
from tests.admin.test_every_model import make_any

pytestmark = pytest.mark.django_db

MIRRORED: list[Any] = [
    model for model in apps.get_app_config("django_clopos").get_models() if issubclass(model, ReadOnlyModel)
]


@pytest.fixture
def brand(db: None) -> Brand:
    first = make_brand("first")
    for number in (1, 2):
        make(Venue, brand=first, name=f"venue-{number}")
    return first


@pytest.fixture
def root(db: None) -> Client:
    return sign_in(User.objects.create_superuser("root"))


def get_export(client: Client, model: Any, file_format: str = "csv", **query: Any) -> Any:
    return client.get(f"{list_of(model)}export/{file_format}/", query)


def read_csv(client: Client, model: Any, **query: Any) -> list[dict[str, str]]:
    answer = get_export(client, model, **query)
    assert answer.status_code == 200, (answer.status_code, answer.headers)
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_an_export_has_the_values_of_the_list_exactly(brand: Brand, root: Client) -> None:
    brand.venue_timezones = {"2": "Asia/Tashkent"}
    brand.save()
    customer = make(Customer, brand=brand, clopos_id=7, name="Aysel")
    closed_at = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)
    make_receipt(
        brand, clopos_id=5, order_number="0042", venue=2, customer=customer, total="1234567.123456",
        shift_date=date(2026, 11, 2), closed_at=closed_at,
    )  # fmt: skip

    (row,) = read_csv(root, Receipt)

    assert {name: row[name] for name in ("Clopos id", "order number", "total", "currency", "business day")} == {
        "Clopos id": "5", "order number": "0042", "total": "1234567.123456", "currency": "AZN",
        "business day": "2026-11-02",
    }  # fmt: skip
    assert (row["customer id"], row["customer"], row["venue id"], row["venue"]) == ("7", "Aysel", "2", "venue-2")
    assert row["closed at"] == "2026-11-03 01:30:00+05:00"


def test_an_export_keeps_filters_search_and_order(brand: Brand, root: Client) -> None:
    for number, total in ((1, 5), (2, 9), (3, 7), (4, 1)):
        make_receipt(brand, order_number=f"n{number}", fiscal_id="F", total=total, shift_date=date(2026, 11, number))
    make_receipt(brand, order_number="n5", fiscal_id="G", total=8)

    rows = read_csv(root, Receipt, total__gte="5", q="F", o="-4")

    assert [row["order number"] for row in rows] == ["n2", "n3", "n1"]


def test_the_buttons_of_a_list_keep_its_filters(brand: Brand, root: Client) -> None:
    page = root.get(list_of(Receipt), {"total__gte": "5", "q": "F", "p": "1"}).content.decode()

    for file_format in ("csv", "xlsx"):
        assert f'href="export/{file_format}/?q=F&amp;total__gte=5"' in page


def test_a_workbook_has_the_same_values(brand: Brand, root: Client) -> None:
    make_receipt(brand, order_number="0042", total="12.5", shift_date=date(2026, 11, 2))

    answer = get_export(root, Receipt, "xlsx")
    headings, values = load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values
    row = dict(zip(headings, values, strict=True))

    assert (row["order number"], row["total"], row["currency"]) == ("0042", 12.5, "AZN")
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="receipts-{timezone.localdate()}')


def test_a_formula_is_harmless(brand: Brand, root: Client) -> None:
    make(Product, brand=brand, full_name="=cmd()")

    assert read_csv(root, Product)[0]["full name"] == "'=cmd()"


@pytest.mark.parametrize("model", MIRRORED, ids=lambda model: model.__name__)
def test_every_list_is_exported_in_a_constant_number_of_queries(
    model: Any, brand: Brand, root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    read_csv(root, model)
    for number in (1, 2, 3):
        make_any(model, brand, number)
        with CaptureQueriesContext(connection) as queries:
            rows = read_csv(root, model)
        counts.append(len(queries))
        assert len(rows) == model.objects.count()

    assert counts[0] == counts[1] == counts[2]


def test_rows_are_read_some_at_a_time(brand: Brand, root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 5)
    for _ in range(12):
        make_receipt(brand, venue=1, customer=make(Customer, brand=brand))
    with CaptureQueriesContext(connection) as queries:
        rows = read_csv(root, Receipt)
    customers = [query["sql"] for query in queries if 'FROM "django_clopos_customer"' in query["sql"]]

    assert len(rows) == 12
    assert len(customers) == 1 + 3  # one row is tried first, then three times five or fewer


def test_what_a_list_computes_is_exported(brand: Brand, root: Client) -> None:
    product = make(Product, brand=brand, full_name="Latte", price=5, cost_price=2)
    make(Product, brand=brand, full_name="Latte L", parent=product)
    make(StopListEntry, brand=brand, venue=1, product=product, limit=0)
    order = make(Order, brand=brand)
    make_receipt(brand, clopos_id=55, service_notification=order)

    (row,) = read_csv(root, Product, q=str(product.clopos_id))

    assert (row["margin, %"], row["variants"], row["stop list"]) == ("60.0", "1", "venue-1: 0")
    assert read_csv(root, Order)[0]["receipt ids"] == "55"


def test_an_export_needs_the_permission_to_view(brand: Brand) -> None:
    client = sign_in(allow(make_user(permissions="none"), brand))

    assert get_export(client, Receipt).status_code == 403
    assert get_export(Client(), Receipt).status_code == 302


def test_an_export_has_what_its_user_may_see(brand: Brand, root: Client) -> None:
    for venue in (1, 2):
        make_receipt(brand, venue=venue, order_number=f"of{venue}")
    clerk = sign_in(allow(make_user(), brand, 1))

    assert [row["order number"] for row in read_csv(clerk, Receipt)] == ["of1"]
    assert len(read_csv(root, Receipt)) == 2


def test_an_export_masks_what_its_user_may_not_see(brand: Brand, root: Client) -> None:
    make(Customer, brand=brand, clopos_id=7, name="Aysel", phone="+994", email="a@b.c", balance={"amount": 417})
    make_receipt(brand, customer=7)
    clerk = sign_in(allow(make_user(), brand))

    (hidden,), (shown,) = read_csv(clerk, Customer), read_csv(root, Customer)

    assert {hidden[name] for name in ("name", "phone", "email", "balance")} == {MASK}
    assert (shown["name"], shown["phone"], Decimal(shown["balance"])) == ("Aysel", "'+994", 417)
    assert read_csv(clerk, Receipt)[0]["customer"] == "customer 7"
    assert get_export(clerk, Customer, phone__startswith="+").status_code == 400
    assert read_csv(clerk, Customer, q="Aysel") == []


def test_history_is_exported_without_its_records(brand: Brand, root: Client) -> None:
    Change.objects.create(
        brand=brand, seq=1, resource="customers", table="Customer", row_id=1, kind="updated",
        before={"name": "Aysel"}, after={"name": "Ayten"}, changed_at=timezone.now(),
    )  # fmt: skip

    (row,) = read_csv(root, Change)

    assert "Aysel" not in str(row)


def test_an_unknown_format_is_not_found(brand: Brand, root: Client) -> None:
    assert get_export(root, Receipt, "pdf").status_code == 404


def test_a_filter_that_means_nothing_exports_nothing(brand: Brand, root: Client) -> None:
    make_receipt(brand)

    answer = get_export(root, Receipt, shift_date__gte="tomorrow")

    assert (answer.status_code, answer.headers["Location"]) == (302, "../../?e=1")


def test_an_error_while_rows_are_read_breaks_the_download_off(
    brand: Brand, root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        make_receipt(brand, closed_at=timezone.now())
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    answer = get_export(root, Receipt)
    Brand.objects.update(remote_timezone="Nowhere/Else")

    with pytest.raises(Exception, match="Nowhere"):
        b"".join(answer.streaming_content)
