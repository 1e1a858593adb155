"""Exact JSON and secrets at rest, on the database at hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Count, F
from django.db.models.fields.json import KT

from django_clopos.models import Brand, Customer, Receipt
from django_clopos.models.fields import dump_json, load_json, read_secret
from django_clopos.testing import make, make_brand

pytestmark = pytest.mark.django_db
RAW = {
    "id": 1,
    "name": "Çay",
    "total": Decimal("16.2000"),
    "is_open": True,
    "none": None,
    "tags": ["a", "b"],
    "deep": {"er": {"est": 3, "list": [{"x": 1}]}},
}


@pytest.fixture
def row() -> Customer:
    """A row with a record, and another whose record has none of its keys."""
    brand = make_brand()
    make(Customer, brand=brand, clopos_id=2, raw={"other": 1})
    return make(Customer, brand=brand, clopos_id=1, raw=RAW)


FOUND: list[dict[str, Any]] = [
    {"raw__name": "Çay"},
    {"raw__id": 1},
    {"raw__total": Decimal("16.2")},
    {"raw__total": 16.2},
    {"raw__total__gt": 16},
    {"raw__total__lte": Decimal("16.2")},
    {"raw__is_open": True},
    {"raw__none": None},
    {"raw__none__isnull": False},
    {"raw__deep__er__est": 3},
    {"raw__deep__er__list__0__x": 1},
    {"raw__deep__er": {"est": 3, "list": [{"x": 1}]}},
    {"raw__tags": ["a", "b"]},
    {"raw__tags__0": "a"},
    {"raw__name__startswith": "Ça"},
    {"raw__name__icontains": "ay"},
    {"raw__id__in": [1, 7]},
    {"raw__has_key": "name"},
    {"raw__has_keys": ["name", "total"]},
    {"raw__has_any_keys": ["nothing", "total"]},
    {"raw__deep__has_key": "er"},
    {"raw__deep__er__has_keys": ["est", "list"]},
]


@pytest.mark.parametrize("lookup", FOUND, ids=str)
def test_a_lookup_on_the_record_finds_its_row(lookup: dict[str, Any], row: Customer) -> None:
    assert list(Customer.objects.filter(**lookup)) == [row]


@pytest.mark.parametrize("lookup", [{"raw__missing": 1}, {"raw__name": "x"}, {"raw__deep__er__est__gt": 3}], ids=str)
def test_a_lookup_that_fits_nothing_finds_nothing(lookup: dict[str, Any], row: Customer) -> None:
    assert not Customer.objects.filter(**lookup).exists()


def test_a_whole_record_is_compared_by_content(row: Customer) -> None:
    assert list(Customer.objects.filter(raw={"other": 1}).values_list("clopos_id", flat=True)) == [2]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no containment")
@pytest.mark.parametrize(
    "lookup",
    [
        {"raw__contains": {"name": "Çay"}},
        {"raw__contains": {"total": Decimal("16.2")}},
        {"raw__deep__contains": {"er": {"est": 3}}},
        {"raw__tags__contains": "a"},
    ],
    ids=str,
)
def test_containment_works_on_postgresql(lookup: dict[str, Any], row: Customer) -> None:
    assert list(Customer.objects.filter(**lookup)) == [row]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no containment")
def test_a_record_contained_by_another_is_found_on_postgresql(row: Customer) -> None:
    assert Customer.objects.get(raw__contained_by={"other": 1, "more": 2}).clopos_id == 2


def test_a_missing_key_is_told_from_null(row: Customer) -> None:
    assert Customer.objects.get(raw__name__isnull=True).clopos_id == 2
    assert Customer.objects.filter(raw__none__isnull=True).count() == 1


def test_a_key_is_read_ordered_by_and_grouped_by(row: Customer) -> None:
    rows = Customer.objects.order_by("raw__id", "pk")
    assert set(rows.values_list("raw__name", flat=True)) == {"Çay", None}
    assert set(rows.values_list(KT("raw__name"), flat=True)) == {"Çay", None}
    assert rows.annotate(est=F("raw__deep__er__est")).get(pk=row.pk).est == 3
    groups = Customer.objects.values("raw__name").annotate(count=Count("pk")).order_by()
    assert sorted(group["count"] for group in groups) == [1, 1]


def test_a_nested_key_is_read_exactly(row: Customer) -> None:
    found = Customer.objects.filter(pk=row.pk).values_list("raw__deep", "raw__tags", "raw__is_open").get()
    assert found == ({"er": {"est": 3, "list": [{"x": 1}]}}, ["a", "b"], True)


def test_a_whole_record_is_read_exactly(row: Customer) -> None:
    stored = Customer.objects.get(pk=row.pk).raw
    assert stored == RAW
    assert str(stored["total"]) == "16.2000"
    assert Customer.objects.filter(pk=row.pk).values_list("raw", flat=True).get() == RAW


def test_rows_with_a_record_can_be_made_distinct_and_counted(row: Customer) -> None:
    assert Customer.objects.distinct().count() == len(Customer.objects.distinct()) == 2
    assert len(Customer.objects.annotate(receipt_total=Count("receipts"))) == 2
    assert Customer.objects.union(Customer.objects.all()).count() == 2


def test_text_of_json_keeps_digits_both_ways() -> None:
    text = '{"a":16.2000,"b":0.1,"c":123456789012345.678901,"d":12345678901234567890123}'
    assert dump_json(load_json(text)) == text


def test_a_column_of_json_may_be_null(row: Customer) -> None:
    assert make(Customer, brand=row.brand, clopos_id=3, balance=None).balance is None
    assert Customer.objects.filter(balance__isnull=True).count() == 3
    assert make(Customer, brand=row.brand, clopos_id=4, balance={"a": Decimal("0.10")}).balance == {"a": Decimal("0.1")}


def read_column(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {Brand._meta.db_table}")
        return str(cursor.fetchone()[0])


def test_a_secret_is_encrypted_at_rest() -> None:
    brand = make_brand(client_secret="open-sesame")
    assert "sesame" not in read_column("client_secret")
    assert Brand.objects.get(pk=brand.pk).client_secret == "open-sesame"
    assert Brand.objects.values_list("client_secret", flat=True).get() == "open-sesame"


def test_the_same_secret_is_encrypted_differently_each_time() -> None:
    brand = make_brand(client_secret="open-sesame")
    first = read_column("client_secret")
    brand.save()
    assert read_column("client_secret") != first


def test_a_secret_outlives_a_rotation_of_the_key(settings: Any) -> None:
    make_brand(client_secret="open-sesame")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the-next-key"
    brand = Brand.objects.get()
    assert brand.client_secret == "open-sesame"
    brand.save()
    settings.SECRET_KEY_FALLBACKS = []
    assert Brand.objects.get().client_secret == "open-sesame"


def test_a_key_that_no_longer_fits_fails_loudly(settings: Any) -> None:
    make_brand(client_secret="open-sesame")
    settings.SECRET_KEY = "another-key"
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
        read_secret(Brand.objects.get().client_secret)


def test_a_secret_of_the_environment_is_kept_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESAME", "open")
    make_brand(client_secret="env:SESAME")
    assert read_column("client_secret") == "env:SESAME"
    assert read_secret(Brand.objects.get().client_secret) == "open"


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESAME", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SESAME"):
        read_secret("env:SESAME")


def test_an_empty_secret_stays_empty() -> None:
    make_brand()
    assert read_column("client_secret") == ""
    assert read_secret(Brand.objects.get().client_secret) == ""


def test_the_record_of_a_receipt_is_text_in_the_database(row: Customer) -> None:
    make(Receipt, brand=row.brand, clopos_id=9, raw={"total": Decimal("16.2000")})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(raw AS text) FROM {Receipt._meta.db_table}")
        assert cursor.fetchone()[0] == '{"total":16.2000}'
