"""What holds for the page of any mirrored row, and what the pages of products, people and places show."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User as SiteUser
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_clopos.admin.pages.kinds import find_kind
from django_clopos.admin.pages.parts import Listed, Related
from django_clopos.models import (
    Brand,
    Category,
    Change,
    Checkpoint,
    Customer,
    Modifier,
    ModifierGroup,
    Order,
    OrderItem,
    PriceListPrice,
    Product,
    ProductModifierGroup,
    Receipt,
    RecipeItem,
    SaleType,
    StopListEntry,
    User,
    Venue,
)
from django_clopos.models.base import MarkedModel
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, make_user, page_of, read, sign_in
from tests.admin.conftest import Get
from tests.admin.test_every_model import MIRRORED, each_mirrored
from tests.admin.test_receipt_page import read_text

pytestmark = pytest.mark.django_db

REVERSE = {
    model: [
        (relation.related_model, relation.field.name)
        for relation in model._meta.related_objects
        if relation.related_model in MIRRORED
    ]
    for model in MIRRORED
}


def add_everything(row: Any, count: int) -> None:
    """Make rows of every kind that refer to a row, and changes of it."""
    for model, name in REVERSE[type(row)]:
        for _ in range(count):
            columns = {field.name: row for field in model._meta.concrete_fields if field.name == name}
            others = [
                field
                for field in model._meta.concrete_fields
                if field.is_relation and field.name not in {name, "brand"}
            ]
            columns |= {field.name: make(field.related_model, brand=row.brand) for field in others}
            make(model, brand=row.brand, **columns)
    last = Change.objects.count()
    for number in range(count):
        Change.objects.create(
            brand=row.brand, seq=last + number + 1, resource="any", table=type(row).__name__, row_id=row.pk,
            kind="updated", before={"price": 1}, after={"price": 2}, changed_at=timezone.now(),
        )  # fmt: skip


@each_mirrored
def test_a_page_takes_as_many_queries_for_many_related_rows_as_for_one(model: Any, brand: Brand) -> None:
    client = sign_in(SiteUser.objects.create_superuser("root"))
    row = make(model, brand=brand)
    counts = []
    for number in (1, 4):
        add_everything(row, number)
        client.get(page_of(row))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(row)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 22


def list_declared(kind: type[Any]) -> list[tuple[type[models.Model], Any]]:
    pages = ((model, admin.site.get_model_admin(model).page) for model in MIRRORED)
    return [(model, part) for model, page in pages for part in (*page.parts, *page.listed) if isinstance(part, kind)]


@pytest.mark.parametrize(
    ("model", "part"), list_declared(Related), ids=lambda value: getattr(value, "__name__", None) or str(value.title)
)
def test_related_rows_are_bounded_with_a_link_to_the_rest(
    model: Any, part: Related, brand: Brand, get_page: Get
) -> None:
    row = make(model, brand=brand)
    for number in range(part.limit + 1):
        references = {name: number + 100 for name in part.columns if part.model._meta.get_field(name).is_relation}
        make(part.model, brand=brand, **{**_unique(part.model, number), **references, part.by: row})

    page = get_page(row).partition('id="content"')[2].partition("clopos-folded")[0]

    assert page.count("<tr>") == part.limit + 1  # the head
    assert f"The first {part.limit}; show all" in page
    assert f"/{part.model._meta.model_name}/?{part.by}__id__exact={row.pk}" in page


def _unique(model: Any, number: int) -> dict[str, Any]:
    """Tell rows of tables apart that have one row for each pair of references."""
    pairs = {StopListEntry: ("venue", "product"), PriceListPrice: ("list", "product")}
    return dict.fromkeys(pairs.get(model, ()), number + 100)


@pytest.mark.parametrize(
    ("model", "listed"), list_declared(Listed), ids=lambda value: getattr(value, "__name__", None) or str(value.title)
)
def test_links_to_lists_open(model: Any, listed: Listed, brand: Brand, get_page: Get, admin_client: Any) -> None:
    row = make(model, brand=brand)
    address = f"{listed.model._meta.model_name}/?{listed.by}__id__exact={row.pk}"

    assert address in get_page(row)
    assert admin_client.get(f"/admin/django_clopos/{address}").status_code == 200


@pytest.mark.parametrize(
    "model", [model for model in MIRRORED if issubclass(model, MarkedModel)], ids=lambda model: model.__name__
)
def test_a_removed_row_says_so_at_the_top(model: Any, brand: Brand, get_page: Get) -> None:
    assert "Removed in Clopos; noticed on" in read_text(
        get_page(make(model, brand=brand, removed_at=timezone.now() - timedelta(days=1)))
    )


def test_every_decimal_column_is_known_to_be_money_or_not() -> None:
    for model in MIRRORED:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DecimalField):
                assert find_kind(field)


def test_nothing_is_shown_for_what_is_empty(brand: Brand, get_page: Get) -> None:
    text = read_text(get_page(make(Customer, brand=brand, phone="", email=None)))

    assert ("Phone" in text, "Email" in text) == (False, False)


def test_a_page_has_no_form_to_send(brand: Brand, get_page: Get) -> None:
    assert "<form" not in get_page(make(Product, brand=brand)).partition('id="content"')[2]


def test_a_product_shows_what_it_costs_and_where_it_is_used(brand: Brand, get_page: Get) -> None:
    root = make(Category, brand=brand, name="Drinks")
    coffee = make(Category, brand=brand, name="Coffee", parent=root)
    venue = make(Venue, brand=brand, clopos_id=1, name="Baku")
    prices = [{"price": "4.8", "venue_id": 1}, {"price": "x", "venue_id": 2}, "odd"]
    latte = make(
        Product, brand=brand, name="Latte", category=coffee, price="4.5", prices=prices, gross_margin=60, status=1
    )
    milk = make(Product, brand=brand, full_name="Milk")
    make(RecipeItem, brand=brand, dish=latte, ingredient=milk, gross="0.2")
    make(StopListEntry, brand=brand, product=latte, venue=venue, limit=0)
    group = make(ModifierGroup, brand=brand, name="Syrups", min_select=0, max_select=2)
    make(ProductModifierGroup, brand=brand, product=latte, modifier_group=group)
    make(Modifier, brand=brand, group=group, name="Vanilla", price="0.8")

    text = read_text(get_page(latte))

    for shown in (
        "Category Drinks \u203a Coffee", "Price 4.50 AZN", "Gross margin 60 %", "Baku 4.80 AZN", "Baku: sold out",
        "Milk 0.2", "Syrups 0\u20132 Vanilla (+0.80 AZN)",
    ):  # fmt: skip
        assert shown in text
    assert page_of(latte) in get_page(milk)
    assert page_of(latte) in get_page(group)
    assert page_of(latte) in get_page(coffee)


def test_categories_in_a_circle_have_pages(brand: Brand, get_page: Get) -> None:
    first = make(Category, brand=brand, clopos_id=1, name="First", parent=2)
    make(Category, brand=brand, clopos_id=2, name="Second", parent=first)

    assert "First \u203a Second" in read_text(get_page(first))


def test_a_product_shows_its_price_history_to_whoever_may_view_changes(brand: Brand) -> None:
    seen_at = timezone.now() - timedelta(days=9)
    product = make(Product, brand=brand, price=4, first_seen_at=seen_at)
    Checkpoint.objects.create(brand=brand, resource="products", name="history", value=seen_at.isoformat())
    Change.objects.create(
        brand=brand, seq=1, resource="products", table="Product", row_id=product.pk, kind="updated",
        before={"price": Decimal("3.5")}, after={"price": 4}, changed_at=timezone.now(),
    )  # fmt: skip
    texts = [
        read_text(read(sign_in(allow(make_user(rule, permissions=rule), brand)), page_of(product)))
        for rule in ("view_product$", "view_(product|change)$")
    ]

    assert ["Price history" in text for text in texts] == [False, True]
    assert "3.50 AZN" in texts[1]


def test_a_customer_shows_spending_and_the_last_receipts(brand: Brand, get_page: Get) -> None:
    customer = make(Customer, brand=brand, spent=90, receipt_count=4, balance={"amount": Decimal("5.5")}, discount=10)
    make_receipt(brand, customer=customer, order_number="0042")
    make(Order, brand=brand, customer=customer, order_total=7)

    text = read_text(get_page(customer))

    for shown in ("Average receipt 22.50 AZN", "Balance 5.50 AZN", "Discount 10 %", "0042", "7.00 AZN"):
        assert shown in text


def test_a_member_of_staff_shows_the_sales_of_the_last_days(brand: Brand, get_page: Get) -> None:
    waiter = make(User, brand=brand, username="Ofisiant")
    today = timezone.now().date()
    for day in (today, today - timedelta(days=60)):
        make_receipt(brand, user=waiter, status=2, shift_date=day, lines=[{"price": 7}])

    assert "Owner 1 0 7.00 AZN 7.00 AZN" in read_text(get_page(waiter))


def test_an_order_shows_items_with_the_names_of_their_modifiers(brand: Brand, get_page: Get) -> None:
    make(Modifier, brand=brand, clopos_id=31, name="Spicy")
    order = make(
        Order, brand=brand, status="PENDING", order_total=9, raw={"payload": {"service": {"deep": "in the payload"}}}
    )
    make(
        OrderItem, brand=brand, order=order, product=5, product_name="Dolma", price="4.5", count=2,
        product_modificators=[{"modificator_id": 31, "count": 1}],
    )  # fmt: skip
    page = get_page(order)

    for shown in ("Pending", "Dolma 5 (not in the mirror)", "Spicy", "2 4.50 9.00 AZN", "Total 9.00 AZN"):
        assert shown in read_text(page)
    assert "in the payload" in page.partition("clopos-folded")[0]


def test_a_user_of_one_venue_sees_nothing_of_another_on_any_page(brand: Brand) -> None:
    make(Venue, brand=brand, clopos_id=1, name="mark-own-venue")
    make(Venue, brand=brand, clopos_id=2, name="mark-other-venue")
    prices = [{"price": 1, "venue_id": 1}, {"price": 87654, "venue_id": 2}]
    product = make(Product, brand=brand, prices=prices)
    customer = make(Customer, brand=brand, name="Aysel")
    waiter = make(User, brand=brand, username="Ofisiant")
    sale_type = make(SaleType, brand=brand, status={"1": 1, "2": 1})
    for number, name in ((1, "own"), (2, "other")):
        make(StopListEntry, brand=brand, product=product, venue=number, limit=number * 1111)
        order = make(Order, brand=brand, venue=number, customer=customer, number=f"mark-{name}-order")
        make_receipt(
            brand, venue=number, customer=customer, user=waiter, order_number=f"mark-{name}-receipt", status=2,
            service_notification=order, shift_date=timezone.now().date(), total=number * 1111,
        )  # fmt: skip
    client = sign_in(allow(make_user(), brand, 1))

    rows = (product, customer, waiter, sale_type, Order.objects.get(venue__clopos_id=1))
    text = " ".join(read_text(read(client, page_of(row))) for row in rows)

    assert ("mark-own" in text, "1,111" in text) == (True, True)
    assert ("mark-other" in text, "2,222" in text, "87,654" in text) == (False, False, False)


def test_related_rows_need_their_own_permission(brand: Brand) -> None:
    customer = make(Customer, brand=brand)
    receipt = make_receipt(brand, customer=customer, order_number="0042")
    client = sign_in(allow(make_user(permissions="view_customer$"), brand))

    page = read(client, page_of(customer))

    assert ("0042" in page, "/receipt/" in page.partition('id="content"')[2]) == (False, False)
    assert client.get(page_of(receipt)).status_code == 403


def test_a_masked_customer_has_no_contact_on_the_page(brand: Brand) -> None:
    customer = make(
        Customer, brand=brand, name="Aysel", phone="+994500000417", balance={"amount": Decimal("87.65")}, gender=2
    )
    make_receipt(brand, customer=customer, venue=1)
    client = sign_in(allow(make_user(), brand))

    text = read(client, page_of(customer))

    assert [word in text for word in ("Aysel", "+994500000417", "87.65", "Female")] == [False] * 4
    assert "•••" in read_text(text)


def test_staff_without_sales_have_no_table_of_them(brand: Brand, get_page: Get) -> None:
    assert "Sales of the last" not in get_page(make(User, brand=brand))
    assert not Receipt.objects.exists()
