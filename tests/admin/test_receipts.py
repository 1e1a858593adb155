"""The pages of receipts: found, complete, in a constant number of queries, whatever is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos.models import (
    Brand,
    Category,
    Customer,
    Order,
    OrderItem,
    PaymentMethod,
    Product,
    ProductModifierGroup,
    ProductTax,
    Receipt,
    RecipeItem,
    SaleType,
    User,
    Venue,
)
from django_clopos.testing import make, make_brand, make_receipt
from tests.admin.conftest import Get

pytestmark = pytest.mark.django_db


def make_full_receipts(brand: Brand, count: int, *, lines: int) -> list[Receipt]:
    """Make receipts of which every reference has a target of its own."""
    return [
        make_receipt(
            brand,
            venue=make(Venue, brand=brand, name="Baku"),
            customer=make(Customer, brand=brand, name="Aysel"),
            sale_type=make(SaleType, brand=brand, name="Table"),
            close_by_user=make(User, brand=brand, username="Cashier"),
            lines=[
                {"product": make(Product, brand=brand, name="Latte"), "seller": make(User, brand=brand), "price": 4}
                for _ in range(lines)
            ],
            payments=[
                {"payment_method": make(PaymentMethod, brand=brand, name="Cash"), "amount": 4} for _ in range(lines)
            ],
        )
        for _ in range(count)
    ]


def count_queries(get: Get, *args: Any) -> int:
    get(*args)  # Django looks its content type up once a process
    with CaptureQueriesContext(connection) as queries:
        get(*args)
    return len(queries)


def test_the_list_takes_as_many_queries_for_fifty_receipts_as_for_five(brand: Brand, get_list: Get) -> None:
    make_full_receipts(brand, 5, lines=1)
    few = count_queries(get_list, Receipt)
    make_full_receipts(brand, 45, lines=1)

    # Session, user, count, rows, brands, and the choices of three filters: venue, sale type, payment method.
    asks_planner = connection.vendor == "postgresql"
    assert count_queries(get_list, Receipt) == few == 8 + asks_planner


def test_a_page_takes_as_many_queries_for_fifty_lines_as_for_five(brand: Brand, get_page: Get) -> None:
    (small,) = make_full_receipts(brand, 1, lines=5)
    (large,) = make_full_receipts(brand, 1, lines=50)

    # Session, user, receipt with its references, lines and payments with theirs, stock operations, changes.
    assert count_queries(get_page, small) == count_queries(get_page, large) == 7


def test_a_page_shows_lines_and_payments(brand: Brand, get_page: Get) -> None:
    receipt = make_receipt(
        brand,
        lines=[{"product": 17, "product_name": "Flat white", "price": "4.50", "count": 2}],
        payments=[{"payment_method": 3, "name": "Birbank", "amount": "9"}],
    )

    page = get_page(receipt)

    for shown in ("17 (not in the mirror)", "Flat white", "4.50", "9.00", "3 (not in the mirror)", "Birbank"):
        assert shown in page


def test_a_receipt_is_listed_and_opens_though_everything_it_names_is_missing(
    brand: Brand, get_list: Get, get_page: Get
) -> None:
    receipt = make_receipt(
        brand, venue=901, customer=902, sale_type=903, user=904, close_by_user=905, lines=[{"product": 906}]
    )

    rows, page = get_list(Receipt), get_page(receipt)

    for missing in (901, 902, 903, 905):
        assert f"{missing} (not in the mirror)" in rows
    for missing in (901, 902, 903, 904, 905, 906):
        assert f"{missing} (not in the mirror)" in page


def test_references_are_links(brand: Brand, get_list: Get, get_page: Get) -> None:
    customer = make(Customer, brand=brand, name="Aysel & Co")
    receipt = make_receipt(brand, customer=customer)
    link = f'<a href="{reverse("admin:django_clopos_customer_change", args=[customer.pk])}">Aysel &amp; Co</a>'

    assert link in get_list(Receipt)
    assert link in get_page(receipt)


@pytest.mark.parametrize("text", ["0042", "FISCAL-7", "1266eb42", "77"])
def test_a_receipt_is_found(text: str, brand: Brand, get_list: Get) -> None:
    make_receipt(brand, clopos_id=77, order_number="0042", fiscal_id="FISCAL-7", cid="1266eb42")
    make_receipt(brand, clopos_id=78, order_number="42", fiscal_id="FISCAL-70", cid="1266eb43")

    assert "1 result" in get_list(Receipt, q=text)


def test_filters_narrow_the_list(brand: Brand, get_list: Get) -> None:
    other = make_brand("second")
    make_receipt(brand, order_number="kept")
    make_receipt(brand, order_number="gone", removed_at=timezone.now())
    make_receipt(other, order_number="elsewhere")

    kept = get_list(Receipt, removed="no", brand=brand.pk)
    gone = get_list(Receipt, removed="yes")

    assert ("kept" in kept, "gone" in kept, "elsewhere" in kept) == (True, False, False)
    assert (">gone<" in gone, ">kept<" in gone) == (True, False)


def test_a_status_that_is_not_documented_is_shown_as_it_is(brand: Brand, get_list: Get, get_page: Get) -> None:
    receipt = make_receipt(brand, order_status="TELEPORTED", status=99)

    assert "TELEPORTED" in get_list(Receipt)
    assert "TELEPORTED" in get_page(receipt)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("12.5", "12.50"), ("0.1", "0.10"), ("42.8571", "42.8571"), ("1200", "1,200.00"), ("0", "0.00")],
)
def test_amounts_show_their_own_digits(stored: str, shown: str, brand: Brand, get_page: Get) -> None:
    assert f">{shown}\N{NO-BREAK SPACE}AZN<" in get_page(make_receipt(brand, total=stored))


def test_what_is_not_known_is_not_called_none(brand: Brand, get_list: Get, get_page: Get) -> None:
    receipt = make_receipt(brand, total=None, lines=[{"total": 1}])

    assert ">None<" not in get_list(Receipt) + get_page(receipt)


def test_an_unknown_key_is_not_an_error(admin_client: Any) -> None:
    for key in ("17", "abc", "9" * 40):
        address = reverse("admin:django_clopos_receipt_change", args=[key])
        assert admin_client.get(address).status_code == 302


def test_a_product_page_shows_its_parts_in_constant_queries(brand: Brand, get_page: Get) -> None:
    small, large = _make_product(brand, parts=5), _make_product(brand, parts=50)

    assert count_queries(get_page, small) == count_queries(get_page, large)
    for shown in ("Large cup", "Milk 49"):
        assert shown in get_page(large)


def _make_product(brand: Brand, *, parts: int) -> Product:
    product = make(Product, brand=brand, name="Latte", category=make(Category, brand=brand))
    for number in range(parts):
        make(Product, brand=brand, parent=product, full_name="Large cup")
        milk = make(Product, brand=brand, name=f"Milk {number}")
        make(RecipeItem, brand=brand, dish=product, ingredient=milk, gross=1)
        make(ProductTax, brand=brand, product=product, tax=number + 1)
        make(ProductModifierGroup, brand=brand, product=product, modifier_group=number + 1)
    return product


def test_an_order_page_shows_its_items_in_constant_queries(brand: Brand, get_page: Get) -> None:
    orders = [make(Order, brand=brand) for _ in range(2)]
    for order, items in zip(orders, (5, 50), strict=True):
        for _ in range(items):
            make(
                OrderItem, brand=brand, order=order, product=make(Product, brand=brand), product_modificators=[{"a": 1}]
            )

    assert len({count_queries(get_page, order) for order in orders}) == 1
