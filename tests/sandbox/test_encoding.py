"""Numbers leave digit by digit."""

from decimal import Decimal

import pytest

from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.encoding import decode, encode
from tests.sandbox.conftest import Api


@pytest.mark.parametrize(
    "text",
    ["0.1", "16.2000", "42.8571", "12345678.901234", "99999999999.9999", "123456789012345.678901", "-0.50", "8.0"],
)
def test_a_decimal_is_written_with_its_own_digits(text: str) -> None:
    assert encode({"total": Decimal(text)}) == f'{{"total":{text}}}'.encode()


def test_a_decimal_survives_both_ways() -> None:
    value = {"rows": [Decimal("0.30000000000000004"), Decimal("1E+30"), 7, None, True]}
    assert decode(encode(value)) == value


def test_text_keeps_nul_and_lone_surrogates_and_the_mark_itself() -> None:
    value = {"name": "a\u0000b", "other": "\ud800", "mark": "\ue000 12", "az": "Düşbərə"}
    assert decode(encode(value)) == value


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_what_json_cannot_write_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- json and we word it differently
        encode([value])


def test_an_object_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no JSON"):
        encode({"ids": {1, 2}})


def test_served_numbers_are_the_documents_own(api: Api, remote: Sandbox) -> None:
    receipt = remote.documents("demo", "receipts")[0]
    remote.change("demo", "receipts", receipt["id"], total=Decimal("12345678.901234"))
    assert '"total":12345678.901234,' in api.get(f"receipts/{receipt['id']}", venue=receipt["venue_id"]).text
