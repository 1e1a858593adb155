"""No digit is lost between the wire and the database, on any database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from django_clopos.models import CustomerGroup, Receipt, ReceiptProduct
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db
is_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite holds 15 significant digits")


def read_text(model: Any, column: str = "raw") -> str:
    """Read a column as the database keeps it."""
    text: str = model.objects.annotate(text=Cast(column, TextField())).values_list("text", flat=True).get()
    return text


@pytest.mark.parametrize("number", ["0.1", "16.2000", "42.8571", "99999999999.9999", "-0.000001", "0"])
def test_a_number_is_exact_in_the_column_and_in_the_record(number: str, pull: Pull) -> None:
    line = f'{{"id":7,"product_id":1,"count":{number},"price":"{number}"}}'
    pull("receipts", f'{{"id":5,"total":{number},"receipt_products":[{line}]}}'.encode())
    receipt, stored = Receipt.objects.get(), ReceiptProduct.objects.get()
    assert (receipt.total, stored.count, stored.price) == (Decimal(number),) * 3
    assert receipt.raw["total"] == Decimal(number)
    assert f'"total":{number},' in read_text(Receipt)


def test_twenty_one_digits_are_exact_in_the_record(pull: Pull) -> None:
    pull("receipts", b'{"id":5,"total":123456789012345.678901}')
    assert Receipt.objects.get().raw["total"] == Decimal("123456789012345.678901")
    assert '"total":123456789012345.678901' in read_text(Receipt)


@is_postgresql
def test_twenty_one_digits_are_exact_in_a_column_of_postgresql(pull: Pull) -> None:
    pull("receipts", b'{"id":5,"total":123456789012345.678901}')
    assert Receipt.objects.get().total == Decimal("123456789012345.678901")


@pytest.mark.parametrize(
    ("number", "rounded"),
    [("0.0000005", "0.000001"), ("-0.0000005", "-0.000001"), ("2.0000025", "2.000003"), ("1.00000049", "1")],
)
def test_the_seventh_place_is_rounded_half_away_from_zero(number: str, rounded: str, pull: Pull) -> None:
    pull("customer-groups", f'{{"id":5,"discount_value":{number},"total_amount":"{number}"}}'.encode())
    row = CustomerGroup.objects.get()
    assert (row.discount_value, row.total_amount) == (Decimal(rounded),) * 2
    pull("customer-groups", f'{{"id":5,"discount_value":{number},"total_amount":0}}'.encode())  # another way in
    assert CustomerGroup.objects.get().discount_value == Decimal(rounded)


def test_a_record_is_stored_byte_for_byte(pull: Pull) -> None:
    body = b'{"id": 5, "name": "Q\\u00fctab", "total_amount": 1e3, "x": [16.2000, 1E-7, 12345678901234567890123]}'
    pull("customer-groups", body)
    assert read_text(CustomerGroup) == body.decode()


def test_a_merged_record_keeps_every_number(pull: Pull) -> None:
    pull("customer-groups", b'{"id":5,"a":16.2000,"b":12345678901234567890123,"c":0.1}')
    pull("customer-groups", b'{"id":5,"name":"VIP"}')
    text = read_text(CustomerGroup)
    assert '"a":16.2000' in text
    assert '"b":12345678901234567890123' in text
    assert '"c":0.1' in text
    assert '"name":"VIP"' in text


def test_the_largest_amount_that_fits_is_stored_and_one_more_is_refused(pull: Pull) -> None:
    report = pull("customer-groups", b'{"id":5,"total_amount":99999999999999}', b'{"id":6,"total_amount":1e15}')
    assert report.total("rejected") == 1
    assert CustomerGroup.objects.get().total_amount == 99999999999999
    assert connection.vendor in {"postgresql", "sqlite"}
