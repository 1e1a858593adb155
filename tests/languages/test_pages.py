"""The admin speaks the language of the browser; files for other programs keep numbers and times as they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from django_clopos.exports.csv import stream_csv
from django_clopos.exports.table import Table
from django_clopos.models import Customer, Order, Product, Receipt, StopListEntry, User
from django_clopos.testing import make, make_brand, make_receipt

pytestmark = pytest.mark.django_db

#: What the index, the list of receipts and the page of one must say, in each language.
WORDS = {
    "en": ("Receipts", "Business day", "Closed", "receipt 0012 of 2026-01-19"),
    "az": ("Çeklər", "İş günü", "Bağlı", "2026-01-19 tarixli 0012 nömrəli çek"),  # noqa: RUF001  # a letter of its own
    "ru": ("Чеки", "Учётный день", "Закрыт", "чек 0012 от 2026-01-19"),
}

each_language = pytest.mark.parametrize("language", WORDS)


@pytest.fixture
def receipt() -> Receipt:
    return make_receipt(make_brand(), order_number="0012", status=2, shift_date="2026-01-19")


def read(client: Any, address: str, language: str) -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    return str(answer.content.decode())


@each_language
def test_the_index_names_the_tables(language: str, admin_client: Any) -> None:
    assert f">{WORDS[language][0]}</a>" in read(admin_client, reverse("admin:index"), language)


@each_language
def test_a_list_names_its_columns_and_choices(language: str, admin_client: Any, receipt: Receipt) -> None:
    page = read(admin_client, reverse("admin:django_clopos_receipt_changelist"), language)
    _, day, closed, _ = WORDS[language]
    assert day in page
    assert f">{closed}</span>" in page


@each_language
def test_a_page_names_its_row_and_its_columns(language: str, admin_client: Any, receipt: Receipt) -> None:
    page = read(admin_client, reverse("admin:django_clopos_receipt_change", args=[receipt.pk]), language)
    _, day, closed, name = WORDS[language]
    assert name in page
    assert closed in page
    assert day in page


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["order 7", "staff user 7", "customer 7", "product 7", "a product not mirrored: 3.000000"]),
        ("az", ["sifariş 7", "əməkdaş 7", "müştəri 7", "məhsul 7", "bazada olmayan məhsul: 3.000000"]),
        ("ru", ["заказ 7", "сотрудник 7", "клиент 7", "продукт 7", "продукт, которого нет в базе: 3.000000"]),
    ],
)
def test_rows_without_a_name_are_called_by_their_kind(language: str, names: list[str]) -> None:
    brand = make_brand()
    rows: list[Any] = [make(model, brand=brand, clopos_id=7) for model in (Order, User, Customer, Product)]
    rows.append(make(StopListEntry, brand=brand, limit=3))
    with override(language):
        assert [str(row) for row in rows] == names


@each_language
def test_headings_of_an_export_are_translated_and_its_numbers_are_not(language: str) -> None:
    column = Receipt._meta.get_field("shift_date").verbose_name
    table = Table(title="", columns=[column], rows=[[Decimal("1234.5")], [date(2026, 1, 19)]])
    with override(language):
        heading, *values = b"".join(stream_csv(table)).decode("utf-8-sig").splitlines()
    assert heading.lower() == WORDS[language][1].lower()
    assert values == ["1234.5", "2026-01-19"]
