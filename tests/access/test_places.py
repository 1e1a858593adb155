"""Every model says where its brand and venue are, and nobody gets a row from outside their scope."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import models
from django.utils import timezone

from django_clopos.access import EVERYTHING, NOTHING, Scope, Viewer, narrow
from django_clopos.mirror import RESOURCES
from django_clopos.models import (
    Brand,
    BrandAccess,
    Change,
    ChangeCounter,
    Checkpoint,
    Customer,
    Drift,
    Erasure,
    FaceCredential,
    KnownMissing,
    Lease,
    Order,
    OrderItem,
    Receipt,
    ReceiptPayment,
    ReceiptProduct,
    Reconciliation,
    RejectedRow,
    RequestBudget,
    Schedule,
    StockOperation,
    StopListEntry,
    SyncRun,
    SyncStep,
    Venue,
)
from django_clopos.models.base import BRAND_SPAN, ReadOnlyModel, allow_writes
from django_clopos.models.scope import BRAND_WIDE_RESOURCES, OfBrand, OfVenue, list_tables
from django_clopos.models.visible import ScopedQuerySet
from django_clopos.testing import make
from tests.access.conftest import allow, list_of, make_user, page_of, read, sign_in
from tests.access.walking import ask_autocomplete, list_addresses, list_addresses_of, list_targets, read_answer
from tests.admin.test_every_model import make_any

pytestmark = pytest.mark.django_db

#: The dashboard is a proxy, without rows of its own: tests/admin/test_dashboard.py has its claims.
MODELS: list[Any] = [model for model in apps.get_app_config("django_clopos").get_models() if not model._meta.proxy]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)

#: What a user of the first brand's first venue sees of four rows: of that venue (own), of the brand's other venue
#: (neighbour), of a venue that is not known (nowhere), of another brand (stranger).
BY_VENUE = {"own"}
BRAND_WIDE = {"own", "neighbour", "nowhere"}
NONE: set[str] = set()
SEEN_BY_VENUE: dict[Any, set[str]] = {
    **dict.fromkeys(
        [Venue, StopListEntry, Order, OrderItem, Receipt, ReceiptProduct, ReceiptPayment, StockOperation], BY_VENUE
    ),
    # Those of a resource whose rows belong to venues.
    **dict.fromkeys([SyncStep, Checkpoint, Reconciliation, Change], BY_VENUE),
    RejectedRow: BY_VENUE,
    Drift: NONE,
    KnownMissing: NONE,
    BrandAccess: NONE,
    FaceCredential: NONE,
    RequestBudget: NONE,
}

PLACES = {"own": ("first", 1), "neighbour": ("first", 2), "nowhere": ("first", None), "stranger": ("second", 1)}


def make_row(model: Any, brand: Brand, venue: int | None, number: int) -> Any:
    """Make a row of any table that belongs to a venue, as far as the table can say."""
    if model is Venue:
        return Venue.objects.for_brand(brand).get(clopos_id=venue) if venue else make(Venue, brand=brand, clopos_id=9)
    if issubclass(model, ReadOnlyModel):
        return _make_mirrored(model, brand, venue)
    row = make_any(model, brand, number) if model is not Brand else brand
    names = {field.name for field in model._meta.concrete_fields}
    values = {"resource": "receipts", "venue": (venue or 0) if model is Checkpoint else venue, "table": "Receipt"}
    if "table" in names:
        receipt = _make_mirrored(Receipt, brand, venue)
        values |= {"row_id": receipt.pk, "clopos_id": receipt.clopos_id}
    if model is Drift:
        values["path"] = f"path.{number}"
    if model not in {Schedule, Lease}:
        model.objects.filter(pk=row.pk).update(**{name: value for name, value in values.items() if name in names})
    return row


def _make_mirrored(model: Any, brand: Brand, venue: int | None) -> Any:
    names = {field.name for field in model._meta.concrete_fields if field.name in {"venue", "receipt", "order"}}
    references: dict[str, Any] = {}
    if "venue" in names:
        references["venue"] = venue
    elif "receipt" in names:
        references["receipt"] = _make_mirrored(Receipt, brand, venue)
    elif "order" in names:
        references["order"] = _make_mirrored(Order, brand, venue)
    return make(model, brand=brand, **references)


@pytest.fixture
def rows(brand: Brand, other_brand: Brand, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The four rows of a model; fewer where a brand has one of them only."""
    brands = {"first": brand, "second": other_brand}
    made: dict[str, Any] = {}
    for number, (name, (slug, venue)) in enumerate(PLACES.items(), 1):
        if request.param in {Brand, ChangeCounter} and slug == "first" and made:
            continue
        made[name] = make_row(request.param, brands[slug], venue, number)
    return made


each_rows = pytest.mark.parametrize("rows", MODELS, indirect=True, ids=lambda model: model.__name__)


def find_seen(rows: dict[str, Any], scope: Scope) -> set[str]:
    model = type(next(iter(rows.values())))
    found = set(model.objects.within(scope).values_list("pk", flat=True))
    return {name for name, row in rows.items() if row.pk in found}


def expect(rows: dict[str, Any]) -> set[str]:
    return SEEN_BY_VENUE.get(type(next(iter(rows.values()))), BRAND_WIDE) & rows.keys()


@each_model
def test_every_model_says_itself_where_its_brand_and_venue_are(model: Any) -> None:
    assert "place" in vars(model)
    assert isinstance(model._default_manager.all(), ScopedQuerySet)


@each_rows
def test_a_user_of_one_venue_gets_the_rows_of_the_table(rows: dict[str, Any], brand: Brand) -> None:
    assert find_seen(rows, Scope(venues={brand.pk: frozenset({1})})) == expect(rows)


@each_rows
def test_a_user_of_one_brand_gets_all_rows_of_it(rows: dict[str, Any], brand: Brand) -> None:
    hidden = {"stranger"} if not isinstance(rows["own"], RequestBudget) else rows.keys()

    assert find_seen(rows, Scope(brands=frozenset({brand.pk}))) == rows.keys() - hidden


@each_rows
def test_scopes_add_up(rows: dict[str, Any], brand: Brand, other_brand: Brand) -> None:
    both = Scope(brands=frozenset({other_brand.pk}), venues={brand.pk: frozenset({1})})
    stranger = {"stranger"} if not isinstance(rows["own"], RequestBudget) else set()

    assert find_seen(rows, both) == expect(rows) | stranger


@each_rows
def test_whoever_may_see_nothing_gets_nothing(rows: dict[str, Any], brand: Brand) -> None:
    assert find_seen(rows, NOTHING) == set()
    assert find_seen(rows, EVERYTHING) == rows.keys()


@each_rows
def test_a_brand_without_a_venue_shows_what_belongs_to_no_venue(rows: dict[str, Any], brand: Brand) -> None:
    expected = set() if type(rows["own"]) in SEEN_BY_VENUE else expect(rows)

    assert find_seen(rows, Scope(venues={brand.pk: frozenset()})) == expected


@each_rows
def test_the_admin_shows_the_rows_of_the_table(rows: dict[str, Any], brand: Brand) -> None:
    client = sign_in(allow(make_user("of venue 1"), brand, 1))
    model = type(rows["own"])

    opened = {name for name, row in rows.items() if client.get(page_of(row)).status_code == 200}
    page = read(client, list_of(model))

    assert opened == expect(rows)
    names = f"{model._meta.verbose_name}|{model._meta.verbose_name_plural}"
    assert re.search(rf"\b{len(expect(rows))} ({names})", page)


def test_the_resources_of_whole_brands_are_those_whose_tables_are() -> None:
    wide = {resource.name for resource in RESOURCES if isinstance(resource.table.model.place, OfBrand)}

    assert wide == BRAND_WIDE_RESOURCES
    assert all(isinstance(resource.table.model.place, OfBrand | OfVenue) for resource in RESOURCES)


def test_every_table_that_history_speaks_of_is_of_a_brand_or_of_a_venue() -> None:
    tables = {table.model.__name__ for resource in RESOURCES for table in resource.tables}

    assert set(list_tables(by_venue=True)) | set(list_tables(by_venue=False)) == tables
    assert set(list_tables(by_venue=True)) == {"Venue", "StopListEntry", "Order", "Receipt", "StockOperation"}


@pytest.mark.parametrize("model", [SyncStep, Checkpoint, Reconciliation, Drift, KnownMissing, Change, RejectedRow])
def test_what_is_told_of_a_resource_of_the_whole_brand_is_seen_by_its_venues(model: Any, brand: Brand) -> None:
    row = make_row(model, brand, None, 1)
    names = {field.name for field in model._meta.concrete_fields}
    values = {name: value for name, value in {"resource": "products", "table": "Product"}.items() if name in names}
    model.objects.filter(pk=row.pk).update(**values)

    assert list(model.objects.within(Scope(venues={brand.pk: frozenset({1})}))) == [row]


def test_a_change_of_a_row_that_is_not_mirrored_is_hidden(brand: Brand) -> None:
    change = make_row(Change, brand, 1, 1)
    with allow_writes():
        Receipt.objects.all().delete()

    assert list(Change.objects.within(Scope(venues={brand.pk: frozenset({1})}))) == []
    assert list(Change.objects.within(Scope(brands=frozenset({brand.pk})))) == [change]


def test_a_record_that_was_never_stored_is_hidden_from_venues(brand: Brand) -> None:
    """A walk of one venue may give another's records, and a refused record has not been read."""
    now = timezone.now()
    RejectedRow.objects.create(
        brand=brand, resource="receipts", table="Receipt", key="5", clopos_id=5, venue=1, first_seen_at=now,
        last_seen_at=now,
    )  # fmt: skip

    assert not RejectedRow.objects.within(Scope(venues={brand.pk: frozenset({1})}))


@pytest.mark.parametrize("model", [Venue, Receipt, Order, StopListEntry, Customer], ids=lambda model: model.__name__)
def test_a_scope_joins_nothing_where_the_venue_is_a_column(model: Any, brand: Brand) -> None:
    sql = str(model.objects.within(Scope(brands=frozenset({7}), venues={brand.pk: frozenset({1})})).query)

    assert "JOIN" not in sql
    assert '"brand_id" IN' in sql


def test_a_scope_bounds_the_keys_by_the_room_of_its_brands(brand: Brand) -> None:
    scope = Scope(brands=frozenset({brand.pk + 1}), venues={brand.pk: frozenset({1})})

    sql = str(Receipt.objects.within(scope).query)

    assert f'"id" > {brand.pk * BRAND_SPAN}' in sql
    assert f'"id" < {(brand.pk + 2) * BRAND_SPAN}' in sql


def test_a_model_without_a_place_is_an_error() -> None:
    class Nowhere(models.Model):  # noqa: DJ008  # of this test only
        class Meta:
            app_label = "tests"
            managed = False

    with pytest.raises(TypeError, match="give it a place"):
        narrow(Nowhere, NOTHING)


def test_what_is_reached_through_a_row_is_within_the_same_scope(brand: Brand) -> None:
    customer = make(Customer, brand=brand, name="Aysel", phone="+994", venue=2)
    receipts = {venue: make(Receipt, brand=brand, venue=venue, customer=customer, address="here") for venue in (1, 2)}
    make(Order, brand=brand, venue=2, receipt=receipts[2])
    viewer = Viewer(scope=Scope(venues={brand.pk: frozenset({1})}))

    shown = Customer.objects.shown_to(viewer).get()
    early = Customer.objects.shown_to(viewer).prefetch_related("receipts", "venue").select_related("group").get()
    late = Customer.objects.shown_to(viewer).defer("name", "phone").get()

    assert [row.address for row in shown.receipts.all()] == ["•••"]
    assert [row.venue_id for row in early.receipts.all()] == [receipts[1].venue_id]
    assert (shown.venue, early.venue) == (None, None)
    assert (late.phone, str(late)) == ("•••", f"customer {customer.clopos_id}")
    assert str(Receipt.objects.shown_to(viewer).get().customer) == f"customer {customer.clopos_id}"
    assert str(Receipt.objects.shown_to(viewer).select_related("customer").get().customer) == str(late)
    assert str(Receipt.objects.shown_to(viewer).prefetch_related("customer").get().customer) == str(late)


def test_values_of_personal_data_cannot_be_asked_for(brand: Brand) -> None:
    make(Customer, brand=brand, name="Aysel", spent=3)
    hidden = Customer.objects.shown_to(Viewer(scope=EVERYTHING))

    for ask in (
        hidden.values,
        lambda: hidden.values_list("phone"),
        lambda: hidden.values(who=models.F("name")),
        lambda: Customer.objects.values("name").shown_to(Viewer(scope=EVERYTHING)),
        lambda: Receipt.objects.shown_to(Viewer(scope=EVERYTHING)).values("customer__name"),
    ):
        with pytest.raises(TypeError, match="personal data"):
            ask()
    assert [row["spent"] for row in hidden.values("spent")] == [3]
    assert [row.name for row in hidden.iterator()] == ["•••"]


def test_an_erasure_is_seen_by_the_slug_of_its_brand(brand: Brand, other_brand: Brand) -> None:
    for slug in ("first", "second", "gone"):
        Erasure.objects.create(brand_slug=slug, subject="brand", erased_at=timezone.now())

    assert [row.brand_slug for row in Erasure.objects.within(Scope(brands=frozenset({brand.pk})))] == ["first"]


def test_a_run_counts_for_a_venue_what_the_venue_may_see(brand: Brand) -> None:
    run = SyncRun.objects.create(brand=brand, started_at=timezone.now(), status="succeeded")
    for venue, seen in ((1, 111), (2, 222), (None, 4444)):
        SyncStep.objects.create(run=run, resource="receipts", venue=venue, seen=seen, started_at=timezone.now())
    client = sign_in(allow(make_user(), brand, 1))

    assert ">111<" in read(client, list_of(SyncRun))
    page = read(client, page_of(run))
    assert ("111" in page, "222" in page, "4444" in page) == (True, False, False)


@each_rows
def test_no_address_of_a_row_out_of_scope_opens(rows: dict[str, Any], brand: Brand) -> None:
    user = allow(make_user(), brand, 1)
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="django_clopos"))
    client = sign_in(user)

    for name in rows.keys() - expect(rows):
        for address in list_addresses_of(rows[name]):
            for answer in (client.get(address), client.post(address)):
                # Django leads to the index where there is no such row.
                leads = answer.headers.get("Location", "/admin/")
                assert (answer.status_code in {302, 403, 404, 405}, leads) == (True, "/admin/"), (name, address)
                assert b"second" not in answer.content, address


@pytest.mark.parametrize("source", list_targets(), ids=lambda source: f"{source[0].__name__}.{source[1]}")
def test_autocomplete_offers_nothing_out_of_scope(source: Any, brand: Brand, other_brand: Brand) -> None:
    model: Any = source[0]._meta.get_field(source[1]).related_model
    brands = {"first": brand, "second": other_brand}
    made = {
        name: make_row(model, brands[slug], venue, number)
        for number, (name, (slug, venue)) in enumerate(PLACES.items(), 1)
        if not (model is Brand and name in {"neighbour", "nowhere"})
    }
    seen = SEEN_BY_VENUE.get(model, BRAND_WIDE) & made.keys()

    for term in ("", "second", str(getattr(made["stranger"], "clopos_id", "second"))):
        results = ask_autocomplete(sign_in_to_venue(brand), source, term).json()["results"]
        found = {int(each["id"]) for each in results}
        assert found & {made[name].pk for name in made.keys() - seen} == set(), term
        assert term or found >= {made[name].pk for name in seen}


def sign_in_to_venue(brand: Brand) -> Any:
    """Sign a user in who may see the first venue."""
    user = User.objects.filter(username="clerk").first() or allow(make_user(), brand, 1)
    return sign_in(user)


@pytest.mark.parametrize("name", ["customer", "user", "open_by_user", "close_by_user"])
def test_a_filter_names_no_row_that_is_out_of_scope(name: str, brand: Brand, other_brand: Brand) -> None:
    texts = {"name": "mark-there"} if name == "customer" else {"first_name": "mark-there", "username": "mark-there"}
    model: Any = Receipt._meta.get_field(name).related_model
    target = make(model, brand=other_brand, clopos_id=5, **texts)
    user = allow(make_user(is_personal=True), brand)

    assert "mark-there" not in read(sign_in(user), list_of(Receipt), **{name: target.pk})
    assert "mark-there" in read(sign_in(allow(user, other_brand)), list_of(Receipt), **{name: target.pk})


@each_rows
def test_no_list_or_file_of_the_admin_has_a_row_out_of_scope(rows: dict[str, Any], brand: Brand) -> None:
    model = type(rows["own"])
    client = sign_in(allow(make_user(), brand, 1))

    for address, query in list_addresses(model):
        answer = client.get(address, query)
        assert "second" not in read_answer(answer), address
        context = getattr(answer, "context", None)
        changelist = context.get("cl") if context else None
        if changelist is not None:
            found = {row.pk for row in changelist.result_list}
            assert found == {rows[name].pk for name in expect(rows)} or model in {Venue, Brand}, address
