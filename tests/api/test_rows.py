"""Rows made of values say exactly what the serializers say, to everybody, in a constant number of queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import force_authenticate

from django_clopos.access import EVERYTHING, Viewer
from django_clopos.api.collections import COLLECTIONS, Collection, find_collection
from django_clopos.api.columns import list_columns
from django_clopos.api.renderers import encode
from django_clopos.api.rows import fetch_rows
from django_clopos.api.serializers import build_serializer
from django_clopos.api.shapes import list_expansions, make_shape
from django_clopos.api.views import MirrorViewSet
from django_clopos.models import Brand, Customer, Order, Receipt, Venue
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, make_user, sign_in
from tests.api.filling import fill_columns, fill_everything, refer

EVERY = pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.name)


def decode(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


@EVERY
@pytest.mark.parametrize("sees_personal", [True, False])
def test_rows_say_what_the_serializer_says(collection: Collection, sees_personal: bool, brand: Brand) -> None:
    fill_everything(brand)
    viewer = Viewer(scope=EVERYTHING, sees_personal=sees_personal)
    model: Any = collection.model
    instances = model.objects.shown_to(viewer).prefetch_related(*collection.parts).order_by("pk")
    keys = list(model.objects.order_by("pk").values_list("pk", flat=True))

    described = build_serializer(collection, with_raw=collection.is_marked)(instances, many=True).data
    rows = fetch_rows(make_shape(collection, with_raw=collection.is_marked), keys, viewer)

    assert len(rows) == 2
    assert decode(encode(rows)) == decode(encode(described))


def list_asked(collection: Collection) -> Iterator[str]:
    yield from list_expansions(collection)
    for name, target in list_expansions(collection).items():
        yield from (f"{name}.{inner}" for inner in list_expansions(target))


@EVERY
def test_every_expansion_costs_one_query_however_many_rows(collection: Collection, api: Any, brand: Brand) -> None:
    fill_everything(brand, rows=1)
    expand = ",".join(list_asked(collection))
    few = count_queries(api, collection, expand)
    shape = make_shape(collection, expand=expand)
    fill_more(brand, collection)
    many = count_queries(api, collection, expand)

    # Session, user, brand, count, keys, rows, three for how fresh it is, and one for each branch.
    assert few == many == 9 + len(list(shape.walk()))


def fill_more(brand: Brand, collection: Collection) -> None:
    """Add rows that refer to the same targets, and lists under each."""
    for number in range(2, 22):
        references = refer(collection.model, 1)
        names = list(references)
        # Where parts are unique with what they refer to, each refers to another.
        changed = dict.fromkeys(names, number) if not collection.is_keyed else {}
        make(collection.model, brand=brand, **{**fill_columns(collection.model), **references, **changed})  # type: ignore[type-var]


def count_queries(api: Any, collection: Collection, expand: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = api.get(f"/api/first/{collection.name}/", {"expand": expand} if expand else {})
    assert answer.status_code == 200, answer.content
    return len(queries)


@pytest.mark.parametrize("collection", [each for each in COLLECTIONS if each.is_keyed], ids=lambda each: each.name)
def test_every_expansion_shows_the_target_in_a_single_row(collection: Collection, api: Any, brand: Brand) -> None:
    fill_everything(brand, rows=1)

    with CaptureQueriesContext(connection) as queries:
        body = api.get(f"/api/first/{collection.name}/1/", {"expand": ",".join(list_expansions(collection))}).json()

    shape = make_shape(collection, expand=",".join(list_expansions(collection)))
    # Session, user, brand, key, row, three for how fresh it is, and one for each branch.
    assert len(queries) == 8 + len(shape.branches)
    for name, target in list_expansions(collection).items():
        shown = body[name][0] if isinstance(body[name], list) else body[name]
        parent = collection.parts[name].parent if name in collection.parts else ""
        assert shown.keys() == {c.name for c in list_columns(target.model) if c.field.name != parent}


def test_a_missing_target_is_null(api: Any, brand: Brand) -> None:
    make_receipt(brand, clopos_id=1, customer=77)

    body = api.get("/api/first/receipts/1/?expand=customer,venue").json()

    assert (body["customer_id"], body["customer"], body["venue"]) == (77, None, None)


def test_chosen_fields_leave_the_others_out(api: Any, brand: Brand) -> None:
    make(Customer, brand=brand, clopos_id=7, name="Aysel")
    make_receipt(brand, clopos_id=1, customer=7, lines=[{"price": 2, "count": 1}], payments=[{"amount": 2}])
    query = "fields=id,receipt_products.price,customer.name&expand=customer"

    body = api.get(f"/api/first/receipts/1/?{query}").json()

    assert body == {"id": 1, "receipt_products": [{"price": "2.000000"}], "customer": {"name": "Aysel"}}


@pytest.mark.parametrize(
    "query",
    ["fields=nothing", "fields=customer.name", "expand=brand", "expand=id", "expand=customer.receipts", "fields=raw",
     "expand=" + "a." * 9 + "a", "expand=" + ",".join(f"a{number}" for number in range(200)), "fields=content_hash",
     "expand=__class__", "fields=id%00"],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(query: str, api: Any, brand: Brand) -> None:
    make_receipt(brand, clopos_id=1)

    for address in ("/api/first/receipts/", "/api/first/receipts/1/"):
        assert api.get(f"{address}?{query}").status_code == 400


def test_expansions_take_the_permission_on_their_model(brand: Brand) -> None:
    make(Customer, brand=brand, clopos_id=7, name="Aysel")
    make_receipt(brand, clopos_id=1, customer=7)
    client = sign_in(allow(make_user(permissions="view_receipt$"), brand))

    answer = client.get("/api/first/receipts/?expand=customer")

    assert answer.status_code == 403
    assert "view_customer" in answer.json()["detail"]
    assert client.get("/api/first/receipts/").status_code == 200


def test_expanded_rows_are_masked_and_within_the_scope(brand: Brand) -> None:
    for number in (1, 2):
        make(Venue, brand=brand, clopos_id=number, name=f"venue {number}")
    make(Customer, brand=brand, clopos_id=7, name="Aysel", venue=2)
    order = make(Order, brand=brand, clopos_id=5, venue=2, number="of another venue")
    make_receipt(brand, clopos_id=1, venue=1, customer=7, service_notification=order)
    client = sign_in(allow(make_user(), brand, 1))

    body = client.get("/api/first/receipts/1/?expand=customer.venue,venue,service_notification").json()

    assert body["venue"]["name"] == "venue 1"
    assert (body["customer"]["name"], body["customer"]["venue_id"], body["customer"]["venue"]) == ("•••", 2, None)
    assert (body["service_notification_id"], body["service_notification"]) == (5, None)


def test_a_viewset_of_a_site_is_narrowed_by_its_own_queryset(brand: Brand, rf: Any) -> None:
    class Big(MirrorViewSet):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(total__gte=5)

    for number, total in ((1, 4), (2, 6)):
        make_receipt(brand, clopos_id=number, total=total)
    options: Any = {"collection": find_collection(Receipt)}
    user = User.objects.create_superuser("root")

    def ask(action: str, **kwargs: Any) -> Any:
        request = rf.get("/")
        force_authenticate(request, user)
        return Big.as_view({"get": action}, detail=action == "retrieve", **options)(request, brand="first", **kwargs)

    assert [row["id"] for row in ask("list").data["results"]] == [2]
    assert [ask("retrieve", clopos_id=number).status_code for number in (1, 2)] == [404, 200]
