"""The restaurant is believable, consistent and the same every time."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.endpoints import COLLECTIONS
from django_clopos.sandbox.sales import MISSING_CUSTOMER, MISSING_PRODUCT, MISSING_USER
from tests.sandbox.conftest import TODAY, Clock, make_sandbox


def receipts_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.documents("demo", "receipts")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_same_seed_gives_the_same_documents(collection: str) -> None:
    options: dict[str, Any] = {"days": 3, "receipts_per_day": 5, "today": TODAY}
    first, again = Sandbox(**options), Sandbox(**options)
    assert first.documents("demo", collection) == again.documents("demo", collection)
    assert first.documents("demo", collection)


def test_another_seed_or_brand_gives_other_sales() -> None:
    options: dict[str, Any] = {"days": 2, "receipts_per_day": 5, "today": TODAY, "brands": ("demo", "other")}
    sandbox = Sandbox(**options)
    assert receipts_of(sandbox) != receipts_of(Sandbox(seed=2, **options))
    assert receipts_of(sandbox) != sandbox.documents("other", "receipts")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_ids_ascend_and_are_unique(quarter: Sandbox, collection: str) -> None:
    documents = quarter.documents("demo", collection)
    keys = [(document.get("venue_id") if collection == "stop-list" else 0, document["id"]) for document in documents]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("collection", ["receipts", "orders"])
def test_ids_ascend_with_created_at(quarter: Sandbox, collection: str) -> None:
    stamps = [document["created_at"] for document in quarter.documents("demo", collection)]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("collection", sorted(set(COLLECTIONS) - {"venues", "stop-list", "stock-operations"}))
def test_nothing_is_updated_before_it_was_created(quarter: Sandbox, collection: str) -> None:
    documents = [document for document in quarter.documents("demo", collection) if "updated_at" in document]
    assert all(document["updated_at"] >= document["created_at"] for document in documents)


def test_nothing_is_later_than_the_end_of_the_past(quarter: Sandbox) -> None:
    stamps = [receipt[name] for receipt in receipts_of(quarter) for name in ("created_at", "updated_at")]
    assert max(stamps) <= f"{TODAY} 22:00:00"


def test_receipt_totals_add_up(quarter: Sandbox) -> None:
    for receipt in receipts_of(quarter):
        lines = receipt["receipt_products"]
        paid = [line for line in lines if not line["is_gift"]]
        assert receipt["subtotal"] == sum(line["subtotal"] for line in paid)
        assert receipt["original_subtotal"] == receipt["subtotal"] + receipt["gift_total"]
        assert receipt["total_discount"] == sum(line["total_discount"] + line["receipt_discount"] for line in paid)
        assert sum(line["total"] for line in lines) == receipt["subtotal"] - receipt["total_discount"]
        assert receipt["total"] == (
            receipt["subtotal"]
            - receipt["total_discount"]
            + receipt["service_charge_value"]
            + receipt["delivery_fee"]
            + receipt["e_tax"]
        )
        assert receipt["total_tax"] == receipt["i_tax"] + receipt["e_tax"]


def test_payments_of_a_closed_receipt_add_up_and_an_open_one_has_none(quarter: Sandbox) -> None:
    for receipt in receipts_of(quarter):
        paid = sum(payment["amount"] for payment in receipt["payment_methods"])
        if receipt["status"] == 2:
            assert (paid, receipt["remaining"]) == (receipt["total"], 0)
        else:
            assert receipt["closed_at"] is None
            assert (paid, receipt["remaining"]) == (0, receipt["total"])


def test_lines_cost_their_price_times_their_count(quarter: Sandbox) -> None:
    for receipt in receipts_of(quarter):
        for line in receipt["receipt_products"]:
            each = line["price"] + sum(modifier["price"] for modifier in line["modificators"])
            assert abs(each * line["count"] - line["subtotal"]) < Decimal("0.0001")


def test_a_quarter_shows_everything_that_happens_in_a_restaurant(quarter: Sandbox) -> None:
    receipts = receipts_of(quarter)
    lines = [line for receipt in receipts for line in receipt["receipt_products"]]
    assert {receipt["discount_type"] for receipt in receipts} == {0, 1, 2}
    assert {receipt["sale_type_id"] for receipt in receipts} == {1, 2, 3, 1000}
    assert {len(receipt["payment_methods"]) for receipt in receipts} == {0, 1, 2}
    assert {payment["id"] for receipt in receipts for payment in receipt["payment_methods"]} == {1, 2, 3, 4}
    assert any(receipt["is_returns"] for receipt in receipts)
    assert any(receipt["properties"] == [] for receipt in receipts)
    assert any(receipt["e_tax"] for receipt in receipts)
    assert any(line["is_gift"] for line in lines)
    assert any(line["discount_type"] for line in lines)
    assert any(line["modificators"] for line in lines)
    assert any(isinstance(line["count"], Decimal) for line in lines)
    assert any(isinstance(line["total"], Decimal) and line["total"].as_tuple().exponent == -4 for line in lines)


def test_receipts_are_open_today_only(quarter: Sandbox) -> None:
    days = {receipt["shift_date"] for receipt in receipts_of(quarter) if receipt["status"] == 1}
    assert days == {TODAY.isoformat()}


def test_the_business_day_ends_after_midnight(quarter: Sandbox) -> None:
    late = [receipt for receipt in receipts_of(quarter) if receipt["created_at"][:10] != receipt["shift_date"]]
    assert late
    for receipt in late:
        assert date.fromisoformat(receipt["created_at"][:10]) - timedelta(days=1) == date.fromisoformat(
            receipt["shift_date"]
        )
        assert receipt["created_at"][11:] < "06:00:00"


def test_lunch_and_dinner_are_peaks_and_saturday_beats_monday(quarter: Sandbox) -> None:
    hours = Counter(receipt["created_at"][11:13] for receipt in receipts_of(quarter))
    assert hours["13"] > 2 * hours["16"]
    assert hours["20"] > 2 * hours["16"]
    days = Counter(receipt["shift_date"] for receipt in receipts_of(quarter))
    by_weekday = Counter[int]()
    for day, count in days.items():
        by_weekday[date.fromisoformat(day).weekday()] += count
    assert by_weekday[5] > 1.3 * by_weekday[0]


def test_receipts_name_things_that_no_list_holds(quarter: Sandbox) -> None:
    receipts = receipts_of(quarter)
    assert MISSING_CUSTOMER in {receipt["customer_id"] for receipt in receipts}
    assert MISSING_USER in {receipt["user_id"] for receipt in receipts}
    assert MISSING_PRODUCT in {line["product_id"] for receipt in receipts for line in receipt["receipt_products"]}
    for collection, missing in (
        ("customers", MISSING_CUSTOMER),
        ("users", MISSING_USER),
        ("products", MISSING_PRODUCT),
    ):
        assert missing not in {document["id"] for document in quarter.documents("demo", collection)}


@pytest.mark.parametrize("collection", ["users", "customer-groups", "customers", "stations", "products"])
def test_some_documents_are_soft_deleted(quarter: Sandbox, collection: str) -> None:
    deleted = [document for document in quarter.documents("demo", collection) if document.get("deleted_at")]
    assert 0 < len(deleted) < 3


def test_orders_are_linked_to_receipts_by_service_notification(quarter: Sandbox) -> None:
    orders = {order["id"]: order for order in quarter.documents("demo", "orders")}
    linked = [receipt for receipt in receipts_of(quarter) if receipt["service_notification_id"]]
    assert linked
    for receipt in linked:
        order = orders[receipt["service_notification_id"]]
        assert order["venue_id"] == receipt["venue_id"]
        assert order["payload"]["products"][0]["product_id"] == receipt["receipt_products"][0]["product_id"]
    assert {order["status"] for order in orders.values()} == {"PENDING", "RECEIVED", "DELIVERED", "IGNORE"}


def test_gaps_in_orders_are_shown(quarter: Sandbox) -> None:
    products = [product for order in quarter.documents("demo", "orders") for product in order["payload"]["products"]]
    assert any("meta" not in product for product in products)
    assert any(product.get("meta", {}).get("order_product", {}).get("product") == [] for product in products)


def test_the_menu_has_three_levels_and_every_type(quarter: Sandbox) -> None:
    assert {category["depth"] for category in quarter.documents("demo", "categories")} == {0, 1, 2}
    assert {product["type"] for product in quarter.documents("demo", "products")} == {
        "GOODS",
        "DISH",
        "TIMER",
        "PREPARATION",
        "INGREDIENT",
        "MODIFICATION",
    }


def test_running_totals_of_customers_equal_their_receipts(quarter: Sandbox) -> None:
    visits = Counter[int]()
    spent: dict[int, Decimal] = {}
    for receipt in receipts_of(quarter):
        if receipt["customer_id"] and receipt["status"] == 2:
            visits[receipt["customer_id"]] += 1
            spent[receipt["customer_id"]] = spent.get(receipt["customer_id"], Decimal(0)) + receipt["total"]
    for customer in quarter.documents("demo", "customers"):
        assert customer["receipt_count"] == visits[customer["id"]]
        assert customer["spent"] == spent.get(customer["id"], 0)


def test_phones_are_made_up(quarter: Sandbox) -> None:
    phones = [customer["phone"] for customer in quarter.documents("demo", "customers") if customer["phone"]]
    assert all(phone.replace(" ", "").startswith("+99450000") for phone in phones)


def test_stock_operations_run_down_each_shelf(quarter: Sandbox) -> None:
    shelves: dict[int, Decimal] = {}
    for operation in quarter.documents("demo", "stock-operations"):
        assert operation["before_quantity"] - operation["quantity"] == operation["after_quantity"]
        before = shelves.get(operation["stock_id"], operation["before_quantity"])
        assert before <= operation["before_quantity"]
        shelves[operation["stock_id"]] = operation["after_quantity"]


def test_without_today_the_past_ends_at_this_moment(clock: Clock) -> None:
    clock.now = 1_795_163_400.0  # 2026-11-20 12:30 in Baku
    stamps = [receipt["updated_at"] for receipt in receipts_of(make_sandbox(clock, today=None, receipts_per_day=40))]
    assert "2026-11-20 09:00:00" < max(stamps) <= "2026-11-20 12:30:00"


def test_secrets_are_served_and_recognisable(quarter: Sandbox) -> None:
    secrets = quarter.secrets("demo")
    users = quarter.documents("demo", "users")
    assert all({user["pin"], user["card"], user["barcode"]} <= secrets for user in users)
    assert all("73915" in secret for secret in secrets)
    assert len(secrets) == 3 * len(users)


@pytest.mark.parametrize("size", [{"days": 0}, {"days": 1, "receipts_per_day": 0}, {"days": 1, "receipts_per_day": 1}])
def test_a_restaurant_may_be_tiny(size: dict[str, int]) -> None:
    sandbox = Sandbox(today=TODAY, **size)  # type: ignore[arg-type]  # mypy sees ints for every option
    assert len(receipts_of(sandbox)) in ({0} if 0 in size.values() else {1, 2, 3})
    assert sandbox.documents("demo", "products")
