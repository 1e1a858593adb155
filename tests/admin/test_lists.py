"""Lists of many rows: counted no further than is worth it, filtered, searched and ordered by index, never an error."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos.admin import paginator
from django_clopos.admin.paginator import EstimatingPaginator
from django_clopos.models import (
    Brand,
    Category,
    Customer,
    Order,
    PaymentMethod,
    Product,
    Receipt,
    ReceiptProduct,
    StopListEntry,
    User,
    Venue,
)
from django_clopos.models.base import ReadOnlyModel
from django_clopos.testing import make, make_brand, make_receipt
from tests.admin.conftest import Get
from tests.admin.test_every_model import make_any

pytestmark = pytest.mark.django_db

MIRRORED: list[Any] = [
    model for model in apps.get_app_config("django_clopos").get_models() if issubclass(model, ReadOnlyModel)
]
each_mirrored = pytest.mark.parametrize("model", MIRRORED, ids=lambda model: model.__name__)
needs_planner = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has such a planner")


def find_numbers(page: str) -> set[str]:
    """Find the order numbers that a list of receipts shows."""
    return set(re.findall(r'class="field-order_number[^"]*">(\w+)<', page))


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginator, "MOST_ROWS", 10)


def test_few_rows_are_counted(brand: Brand, small_limit: None) -> None:
    for _ in range(10):
        make(Category, brand=brand)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE django_clopos_category")
    pages = EstimatingPaginator(Category.objects.order_by("pk"), 4)

    assert (pages.count, pages.is_estimate, pages.num_pages) == (10, False, 2)


def test_many_rows_are_not_counted_to_the_end(brand: Brand, small_limit: None) -> None:
    for _ in range(15):
        make(Category, brand=brand)
    with CaptureQueriesContext(connection) as queries:
        pages = EstimatingPaginator(Category.objects.order_by("pk"), 4)
        count = pages.count

    assert pages.is_estimate
    assert count > 10
    assert (pages.num_pages, pages.rows_within_pages) == (2, 8)
    assert all("LIMIT 11" in query["sql"] or "EXPLAIN" in query["sql"] for query in queries)


@needs_planner
def test_the_planner_is_asked_rather_than_a_large_table_counted(brand: Brand, small_limit: None) -> None:
    for _ in range(30):
        make(Category, brand=brand)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE django_clopos_category")
    with CaptureQueriesContext(connection) as queries:
        count = EstimatingPaginator(Category.objects.order_by("pk"), 4).count

    assert count == 30
    assert [query["sql"].split()[0] for query in queries] == ["EXPLAIN"]


def test_a_list_says_that_it_estimates_and_how_far_its_pages_go(
    brand: Brand, get_list: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paginator, "MOST_ROWS", 50)
    for _ in range(60):
        make(Category, brand=brand)

    page = get_list(Category)

    assert re.search(r"about \d+", page)
    assert "The first 50 can be paged through" in page


@each_mirrored
def test_filters_search_and_brands_cost_a_constant_number_of_queries(model: Any, brand: Brand, get_list: Get) -> None:
    second = make_brand("second")
    counts = set()
    get_list(model)
    for number in (1, 2, 3):
        for owner in (brand, second):
            make_any(model, owner, number)
        with CaptureQueriesContext(connection) as queries:
            get_list(model, brand=brand.pk, q="1")
        counts.add(len(queries))

    assert len(counts) == 1


@each_mirrored
@pytest.mark.parametrize("value", ["nonsense", "-1", "9" * 40, "1e9999", "2026-13-45", "\x00", "[", "\u06f1"], ids=repr)
def test_nothing_in_an_address_is_an_error_of_the_server(
    model: Any, value: str, brand: Brand, admin_client: Any
) -> None:
    make_any(model, brand)
    site = admin.site.get_model_admin(model)
    names = {"q", "o", "p", "unknown", "e", "id", "brand__id__exact"}
    for listed in site.list_filter:
        name = listed[0] if isinstance(listed, tuple) else getattr(listed, "parameter_name", listed)
        names |= {name, f"{name}__gte", f"{name}__lte", f"{name}__exact"} if isinstance(listed, tuple) else {name}
    address = reverse(f"admin:django_clopos_{model._meta.model_name}_changelist")

    for name in names:
        for target in (address, f"{address}export/csv/"):
            answer = admin_client.get(target, {name: value}, follow=True)
            assert answer.status_code in {200, 400}, (name, answer.status_code)


def test_a_filter_that_means_nothing_is_told_of(brand: Brand, admin_client: Any) -> None:
    address = reverse("admin:django_clopos_receipt_changelist")

    page = admin_client.get(address, {"shift_date__gte": "tomorrow"}, follow=True).content.decode()

    assert "A filter could not be understood" in page


def test_receipts_are_filtered_by_business_day_with_both_ends(brand: Brand, get_list: Get) -> None:
    for day in (1, 2, 3, 4):
        make_receipt(brand, order_number=f"day{day}", shift_date=date(2026, 11, day))

    page = get_list(Receipt, shift_date__gte="2026-11-02", shift_date__lte="2026-11-03")

    assert find_numbers(page) == {"day2", "day3"}


def test_receipts_link_to_today_and_yesterday_on_the_clock_of_the_brand(brand: Brand, get_list: Get) -> None:
    today = timezone.localdate(timezone=brand.timezone_of())
    page = get_list(Receipt)

    assert f"shift_date__gte={today}&amp;shift_date__lte={today}" in page
    assert f"shift_date__gte={today - timedelta(days=1)}&amp;" in page


def test_receipts_are_filtered_by_total(brand: Brand, get_list: Get) -> None:
    for total in ("9.99", "10", "20", "20.01"):
        make_receipt(brand, order_number=f"n{total.replace('.', '')}", total=total)

    assert find_numbers(get_list(Receipt, total__gte="10", total__lte="20")) == {"n10", "n20"}


def test_a_receipt_paid_twice_by_a_method_is_listed_and_counted_once(brand: Brand, get_list: Get) -> None:
    cash, card = (make(PaymentMethod, brand=brand, name=name) for name in ("Cash", "Card"))
    paid = [{"payment_method": cash, "amount": 1}, {"payment_method": cash, "amount": 2}]
    make_receipt(brand, order_number="cash", payments=paid)
    make_receipt(brand, order_number="card", payments=[{"payment_method": card, "amount": 1}])

    page = get_list(Receipt, payment_method=cash.pk)

    assert re.findall(r'class="field-order_number[^"]*">(\w+)<', page) == ["cash"]
    assert "1 receipt" in page


@pytest.mark.parametrize("name", ["user", "open_by_user", "close_by_user", "customer"])
def test_receipts_are_filtered_by_person(name: str, brand: Brand, get_list: Get) -> None:
    model = Customer if name == "customer" else User
    meant, other = make(model, brand=brand), make(model, brand=brand)
    make_receipt(brand, order_number="meant", **{name: meant})
    make_receipt(brand, order_number="other", **{name: other})

    page = get_list(Receipt, **{name: meant.pk})

    assert find_numbers(page) == {"meant"}
    assert f'<option value="{meant.pk}" selected>{meant}</option>' in page


def test_a_category_includes_those_below_it(brand: Brand, get_list: Get) -> None:
    drinks = make(Category, brand=brand, name="Drinks")
    coffee = make(Category, brand=brand, name="Coffee", parent=drinks)
    food = make(Category, brand=brand, name="Food")
    for category, name in ((drinks, "Water"), (coffee, "Latte"), (food, "Soup")):
        make(Product, brand=brand, full_name=name, category=category)

    rows = get_list(Product, category=drinks.pk).partition("result_list")[2]

    assert [name in rows for name in ("Water", "Latte", "Soup")] == [True, True, False]


def test_categories_in_a_circle_are_all_offered(brand: Brand, get_list: Get) -> None:
    make(Category, brand=brand, clopos_id=1, name="Hen", parent=2)
    make(Category, brand=brand, clopos_id=2, name="Egg", parent=1)

    page = get_list(Product)

    assert ("Hen</option>" in page, "Egg</option>" in page) == (True, True)


def test_products_show_margin_variants_and_where_they_are_sold_out(brand: Brand, get_list: Get) -> None:
    venue = make(Venue, brand=brand, name="Harbour")
    product = make(Product, brand=brand, full_name="Latte", price=5, cost_price=2)
    make(Product, brand=brand, parent=product, full_name="Latte L")
    make(StopListEntry, brand=brand, venue=venue, product=product, limit=0)

    page = get_list(Product, q="Latte")

    for shown in ("60.0", "Harbour: sold out", "5.00\u00a0AZN"):
        assert shown in page


def test_products_take_as_many_queries_for_twenty_as_for_two(brand: Brand, get_list: Get) -> None:
    counts = []
    for number in (2, 18):
        for _ in range(number):
            product = make(Product, brand=brand, price=5, category=make(Category, brand=brand))
            make(StopListEntry, brand=brand, venue=make(Venue, brand=brand), product=product, limit=1)
        with CaptureQueriesContext(connection) as queries:
            get_list(Product)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_an_order_links_to_the_receipt_that_names_it(brand: Brand, get_list: Get) -> None:
    order = make(Order, brand=brand, status="NEW")
    receipt = make_receipt(brand, service_notification=order)

    assert reverse("admin:django_clopos_receipt_change", args=[receipt.pk]) in get_list(Order)


def test_a_customer_links_to_their_receipts(brand: Brand, get_list: Get) -> None:
    customer = make(Customer, brand=brand, name="Aysel")
    make_receipt(brand, order_number="hers", customer=customer)
    make_receipt(brand, order_number="his")
    address = f"{reverse('admin:django_clopos_receipt_changelist')}?customer={customer.pk}"

    assert address in get_list(Customer)
    assert find_numbers(get_list(Receipt, customer=customer.pk)) == {"hers"}


def test_a_removed_row_is_marked_in_words(brand: Brand, get_list: Get) -> None:
    make_receipt(brand)
    make_receipt(brand, removed_at=timezone.now())

    assert get_list(Receipt).count(">removed</span>") == 1


def test_several_words_are_all_searched_for(brand: Brand, get_list: Get) -> None:
    make_receipt(brand, order_number="0042", fiscal_id="F1")
    make_receipt(brand, order_number="0042", fiscal_id="F2")

    assert "1 result" in get_list(Receipt, q="0042 F2")
    assert "2 results" in get_list(Receipt, q=" 0042 ")


def test_a_search_by_number_compares_the_column_itself(brand: Brand, get_list: Get) -> None:
    with CaptureQueriesContext(connection) as queries:
        get_list(Receipt, q="0042")
    sql = "".join(query["sql"] for query in queries if "order_number" in query["sql"])

    assert "UPPER" not in sql
    assert "LIKE" not in sql


def test_a_clopos_id_finds_the_row_of_each_brand(brand: Brand, get_list: Get) -> None:
    for owner in (brand, make_brand("second")):
        make_receipt(owner, clopos_id=77)

    assert "2 results" in get_list(Receipt, q="#77")


@pytest.mark.parametrize("model", [Receipt, ReceiptProduct, Order])
def test_a_large_list_is_ordered_by_what_has_an_index_only(model: Any, brand: Brand, get_list: Get) -> None:
    indexed = {index.fields[-2:][0] for index in model._meta.indexes} | {
        name for index in model._meta.indexes for name in index.fields[:1]
    }
    allowed = {*indexed, "id", "order_total", "customer_name"}  # orders are a tenth of the receipts
    found = set()
    for number in range(12):
        with CaptureQueriesContext(connection) as queries:
            get_list(model, o=str(number))
        for query in queries:
            order = query["sql"].partition("ORDER BY")[2]
            found |= set(re.findall(rf'"{model._meta.db_table}"\."(\w+)"', order))

    assert found <= allowed


def test_times_are_on_the_clock_of_the_venue(brand: Brand, get_list: Get) -> None:
    brand.venue_timezones = {"2": "Asia/Tashkent"}
    brand.save()
    moment = timezone.datetime(2026, 11, 2, 10, 0, tzinfo=timezone.get_fixed_timezone(0))
    for venue in (1, 2):
        make_receipt(brand, venue=venue, closed_at=moment)

    page = get_list(Receipt)

    assert ("2 p.m." in page, "3 p.m." in page) == (True, True)


def test_an_amount_has_the_currency_of_its_brand(brand: Brand, get_list: Get) -> None:
    brand.currency = "UZS"
    brand.save()
    make_receipt(brand, total="1200.5")

    assert '<span class="clopos-number">1,200.50\u00a0UZS</span>' in get_list(Receipt)
