"""The wire's types: exact numbers, empty arrays for objects, numbers for flags, stamps of every form."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from django_clopos import schemas
from django_clopos.models.fields import load_json
from django_clopos.schemas import CustomerGroup, Media, Product, Receipt, SaleType, StopListEntry, TimerSetting, User
from django_clopos.schemas.base import Record


@pytest.mark.parametrize(
    "text", ["0.1", "16.2000", "42.8571", "99999999999.9999", "123456789012345.678901", "-2.5", "8.0", "30000", "1e3"]
)
def test_a_number_keeps_its_digits(text: str) -> None:
    record = load_json(f'{{"id": 1, "total": {text}}}')

    total = Receipt.model_validate(record).total

    assert total == Decimal(text)
    assert str(total) == str(Decimal(text))


def test_an_amount_sent_as_text_is_read_exactly() -> None:
    assert str(Receipt.model_validate({"id": 1, "total": "16.2000"}).total) == "16.2000"


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_any_amount_with_six_decimals_comes_out_as_it_went_in(amount: Decimal) -> None:
    assert Receipt.model_validate({"id": 1, "total": amount}).total == amount


@pytest.mark.parametrize(
    "amount",
    [Decimal("NaN"), Decimal("Infinity"), Decimal(10**15), Decimal("1e30"), Decimal("-1e30"), "", "1,5", [], {}],
)
def test_what_is_no_amount_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Receipt.model_validate({"id": 1, "total": amount})


@pytest.mark.parametrize(
    ("sent", "read"), [(1, True), (0, False), ("1", True), ("0", False), (True, True), (None, None)]
)
def test_a_flag_is_read_from_numbers_too(sent: object, read: bool | None) -> None:
    assert Product.model_validate({"id": 1, "hidden": sent}).hidden is read


def test_a_whole_number_may_come_with_a_point() -> None:
    assert Receipt.model_validate({"id": 1, "guests": Decimal("2.0")}).guests == 2


@pytest.mark.parametrize("field", ["properties", "meta", "setting", "unit"])
def test_an_empty_array_reads_as_an_empty_object(field: str) -> None:
    assert getattr(Product.model_validate({"id": 1, field: []}), field) == {}


def test_a_map_by_venue_keeps_its_keys_as_text() -> None:
    assert SaleType.model_validate({"id": 1, "status": {"1": 1, "2": 0}}).status == {"1": 1, "2": 0}


@pytest.mark.parametrize(("sent", "read"), [(None, None), (1, "1"), ("percent", "percent"), (Decimal("2.5"), "2.5")])
def test_a_text_that_comes_as_a_number_is_read(sent: object, read: str | None) -> None:
    assert CustomerGroup.model_validate({"id": 1, "discount_type": sent}).discount_type == read


def test_an_empty_text_is_told_from_null_and_null_from_absent() -> None:
    empty = Product.model_validate({"id": 1, "parent_name": ""})
    null = Product.model_validate({"id": 1, "parent_name": None})
    absent = Product.model_validate({"id": 1})

    assert (empty.parent_name, null.parent_name, absent.parent_name) == ("", None, None)
    assert ("parent_name" in null.model_fields_set, "parent_name" in absent.model_fields_set) == (True, False)


def test_the_longest_text_of_a_short_column_is_accepted() -> None:
    assert Product.model_validate({"id": 1, "name": "ə" * 255}).name == "ə" * 255


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-01-19 15:07:49", datetime(2026, 1, 19, 15, 7, 49)),  # noqa: DTZ001  # naive: the brand's zone comes later
        ("2026-01-13T14:08:49.000000Z", datetime(2026, 1, 13, 14, 8, 49, tzinfo=UTC)),
        (1761202010781, datetime(2025, 10, 23, 6, 46, 50, 781000, tzinfo=UTC)),
        (1761202010, datetime(2025, 10, 23, 6, 46, 50, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_a_stamp_is_read_in_every_form(sent: object, read: datetime | None) -> None:
    assert StopListEntry.model_validate({"id": 1, "timestamp": sent}).timestamp == read


def test_the_business_day_is_a_date() -> None:
    assert Receipt.model_validate({"id": 1, "shift_date": "2026-01-19"}).shift_date == date(2026, 1, 19)


def test_an_unknown_key_is_ignored() -> None:
    assert not hasattr(Receipt.model_validate({"id": 1, "brand_new": 1}), "brand_new")


def test_a_reference_of_nought_is_read_as_it_came() -> None:
    assert Product.model_validate({"id": 1, "parent_id": 0}).parent_id == 0


def test_objects_that_stay_json_can_be_read_typed() -> None:
    timer = TimerSetting.model_validate({"interval": 60, "prices": [{"price": "5.50", "from": 30}]})
    picture = Media.model_validate({"urls": {"original_large": "https://cdn.example.com/a.jpg"}, "dimensions": []})

    assert timer.prices is not None
    assert (str(timer.prices[0].price), timer.prices[0].from_minute) == ("5.50", 30)
    assert picture.urls is not None
    assert picture.urls.original_large == "https://cdn.example.com/a.jpg"


def test_every_name_of_the_door_is_a_schema_and_sorted() -> None:
    assert list(schemas.__all__) == sorted(schemas.__all__)
    assert all(issubclass(getattr(schemas, name), Record) for name in schemas.__all__)


def test_only_what_identifies_a_record_is_required() -> None:
    required = {
        (name, field)
        for name in schemas.__all__
        for field, info in getattr(schemas, name).model_fields.items()
        if info.is_required()
    }

    assert {field for _, field in required} == {"id", "product_id"}
    assert [name for name, field in required if field == "product_id"] == ["StopListEntry"]


def test_the_schemas_load_no_django() -> None:
    program = "import sys, django_clopos.schemas; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_staff_user_reads_without_the_design_s_required_fields() -> None:
    assert User.model_validate({"id": 1, "username": "Kassir"}).hide is None
