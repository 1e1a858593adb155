"""The permission matrix: who gets which rows through which door, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from django_clopos.models import Brand, Change, Customer, Order
from django_clopos.models.base import BRAND_SPAN
from django_clopos.testing import make
from tests.access.conftest import allow, list_of, make_user, page_of, read, sign_in
from tests.access.walking import read_answer
from tests.api.filling import note_change

Orders = Mapping[str, Order]

#: Role: which of the three orders it sees: of its own venue, of the brand's other venue, of another brand.
SEEN = {
    "anonymous": set(),
    "no permission": set(),
    "no access": set(),
    "one venue": {"own"},
    "one brand": {"own", "neighbour"},
    "all brands": {"own", "neighbour", "stranger"},
    "personal": {"own", "neighbour", "stranger"},
    "superuser": {"own", "neighbour", "stranger"},
}

#: Role: status of the list in the admin, and of the list in the API.
STATUS = {
    "anonymous": (302, 403),
    "no permission": (403, 403),
    "no access": (200, 404),
    "one venue": (200, 200),
    "one brand": (200, 200),
    "all brands": (200, 200),
    "personal": (200, 200),
    "superuser": (200, 200),
}

SEES_PERSONAL = {"personal", "superuser"}


@pytest.fixture
def orders(brand: Brand, other_brand: Brand) -> Orders:
    places = {"own": (brand, 1), "neighbour": (brand, 2), "stranger": (other_brand, 1)}
    made: dict[str, Order] = {}
    for name, (owner, venue) in places.items():
        texts = {"number": f"mark-{name}", "integration": f"mark-{name}", "customer_phone": f"phone-{name}"}
        raw = {"id": 1, "integration": f"mark-{name}", "payload": {"customer": {"phone": f"phone-{name}"}}}
        made[name] = make(Order, brand=owner, clopos_id=40 + len(made), venue=venue, raw=raw, **texts)
        note_change(owner, made[name], "orders", before={"integration": f"mark-{name}"}, after=raw)
    return made


@pytest.fixture
def enter(brand: Brand, other_brand: Brand) -> Callable[[str], Client]:
    """Sign somebody in by role."""

    def sign(role: str) -> Client:
        match role:
            case "anonymous":
                return Client()
            case "superuser":
                return sign_in(User.objects.create_superuser("root"))
            case "no access":
                return sign_in(make_user())
            case "one venue":
                return sign_in(allow(make_user(), brand, 1))
            case "one brand":
                return sign_in(allow(make_user(), brand))
            case "no permission" | "all brands" | "personal":
                permissions = "none" if role == "no permission" else "all"
                user = make_user(permissions=permissions, is_personal=role == "personal")
                return sign_in(allow(allow(user, brand), other_brand))
            case unknown:
                raise AssertionError(unknown)

    return sign


def _in_list(client: Client, orders: Orders) -> str:
    return read(client, list_of(Order))


def _on_page(client: Client, orders: Orders) -> str:
    return "".join(read(client, page_of(order)) for order in orders.values())


def _by_autocomplete(client: Client, orders: Orders) -> str:
    source = {"app_label": "django_clopos", "model_name": "receipt", "field_name": "service_notification"}
    return read(client, reverse("admin:autocomplete"), term="", **source)


def _by_filter(client: Client, orders: Orders) -> str:
    return "".join(
        read(client, list_of(Order), integration__startswith="mark", venue=row.venue_id) for row in orders.values()
    )


def _by_search(client: Client, orders: Orders) -> str:
    lists = (read(client, list_of(Order), q=f"mark-{name}") for name in orders)
    return "".join(page.partition("result_list")[2] for page in lists)  # the box repeats what was searched


def _in_history(client: Client, orders: Orders) -> str:
    return "".join(read(client, page_of(change)) for change in Change.objects.all())


def _in_api_list(client: Client, orders: Orders) -> str:
    return "".join(read(client, f"/api/{slug}/orders/") for slug in ("first", "second"))


def _in_api_detail(client: Client, orders: Orders) -> str:
    return "".join(read(client, f"/api/{row.brand.slug}/orders/{row.clopos_id}/") for row in orders.values())


def _in_api_raw(client: Client, orders: Orders) -> str:
    rows = orders.values()
    bodies = (client.get(f"/api/{row.brand.slug}/orders/{row.clopos_id}/?raw=true") for row in rows)
    return "".join(str(body.json().get("raw")) for body in bodies)


def _in_file(client: Client, kind: str) -> str:
    return read_answer(client.get(reverse("admin:django_clopos_order_export", args=[kind])))


def _in_csv_file(client: Client, orders: Orders) -> str:
    return _in_file(client, "csv")


def _in_xlsx_file(client: Client, orders: Orders) -> str:
    return _in_file(client, "xlsx")


def _on_admin_history(client: Client, orders: Orders) -> str:
    return "".join(read(client, page_of(order).replace("/change/", "/history/")) for order in orders.values())


def _in_api_files(client: Client, orders: Orders) -> str:
    addresses = [f"/api/{slug}/orders/?format={kind}" for slug in ("first", "second") for kind in ("csv", "ndjson")]
    return "".join(read_answer(client.get(address)) for address in addresses)


def _in_api_changes(client: Client, orders: Orders) -> str:
    return "".join(read(client, f"/api/{slug}/changes/") for slug in ("first", "second"))


def _in_api_filter(client: Client, orders: Orders) -> str:
    venues = [(row.brand.slug, (row.venue_id or 0) % BRAND_SPAN) for row in orders.values()]
    return "".join(read(client, f"/api/{slug}/orders/", venue=venue) for slug, venue in venues)


DOORS: dict[str, Callable[[Client, Orders], str]] = {
    "admin list": _in_list,
    "admin page": _on_page,
    "autocomplete": _by_autocomplete,
    "filter": _by_filter,
    "search": _by_search,
    "history": _in_history,
    "API list": _in_api_list,
    "API detail": _in_api_detail,
    "API raw": _in_api_raw,
    "CSV": _in_csv_file,
    "XLSX": _in_xlsx_file,
    "admin history": _on_admin_history,
    "API files": _in_api_files,
    "API changes": _in_api_changes,
    "API filter": _in_api_filter,
}

each_role = pytest.mark.parametrize("role", SEEN)
each_door = pytest.mark.parametrize("door", DOORS)


@each_role
@each_door
def test_a_door_shows_the_rows_of_the_table(role: str, door: str, orders: Orders, enter: Any) -> None:
    text = DOORS[door](enter(role), orders)

    assert {name for name in orders if f"mark-{name}" in text} == SEEN[role]


@each_role
@each_door
def test_a_door_shows_personal_data_to_those_of_the_table(role: str, door: str, orders: Orders, enter: Any) -> None:
    text = DOORS[door](enter(role), orders)

    # A list of orders and its choices have no telephone number at all.
    has_phone = door not in {"admin list", "autocomplete", "filter", "search", "admin history"}
    assert {name for name in orders if f"phone-{name}" in text} == (
        SEEN[role] if role in SEES_PERSONAL and has_phone else set()
    )


@each_role
def test_a_list_answers_with_the_status_of_the_table(role: str, orders: Orders, enter: Any) -> None:
    client = enter(role)

    assert (client.get(list_of(Order)).status_code, client.get("/api/first/orders/").status_code) == STATUS[role]


@each_role
def test_a_search_finds_personal_data_for_those_of_the_table(role: str, orders: Orders, enter: Any) -> None:
    found = read(enter(role), list_of(Order), q="phone-own").partition("result_list")[2]

    assert ("mark-own" in found) == (role in SEES_PERSONAL)


@each_role
@pytest.mark.parametrize("lookup", ["customer_phone", "customer_phone__startswith", "raw__payload__customer__phone"])
def test_a_filter_by_personal_data_is_refused_but_to_those_of_the_table(
    role: str, lookup: str, orders: Orders, enter: Any
) -> None:
    answer = enter(role).get(list_of(Order), {lookup: "phone-own"})

    allowed = STATUS[role][0] if role in SEES_PERSONAL else 400
    assert answer.status_code == (STATUS[role][0] if STATUS[role][0] != 200 else allowed)
    assert (b"mark-own" in answer.content) == (role in SEES_PERSONAL)


@each_role
@pytest.mark.parametrize(
    "query", ["customer_phone=phone-own", "customer_phone__startswith=phone", "comment__isnull=true"]
)
def test_the_api_filters_by_personal_data_for_those_of_the_table(
    query: str, role: str, orders: Orders, enter: Any
) -> None:
    answer = enter(role).get(f"/api/first/orders/?{query}")

    assert answer.status_code == (403 if STATUS[role][1] == 200 and role not in SEES_PERSONAL else STATUS[role][1])
    assert (b"mark-own" in answer.content) == (role in SEES_PERSONAL)


@each_role
def test_the_api_orders_by_personal_data_for_nobody(role: str, orders: Orders, enter: Any) -> None:
    answer = enter(role).get("/api/first/orders/?ordering=customer_phone")

    assert answer.status_code == (400 if STATUS[role][1] == 200 else STATUS[role][1])


@each_role
def test_the_api_searches_customers_by_phone_for_those_of_the_table(role: str, brand: Brand, enter: Any) -> None:
    make(Customer, brand=brand, phone="+994501112233", name="Leyla")

    found = enter(role).get("/api/first/customers/?search=%2B99450").json().get("results", [])

    assert len(found) == (role in SEES_PERSONAL)


@pytest.mark.parametrize("name", ["neighbour", "stranger"])
def test_another_row_is_as_if_it_were_not_there(name: str, orders: Orders, enter: Any) -> None:
    client = enter("one venue")
    row = orders[name]

    missing = client.get(page_of(Order(pk=row.pk + 999)))
    hidden = client.get(page_of(row))

    assert (hidden.status_code, hidden.headers["Location"]) == (302, missing.headers["Location"])
    api = [client.get(f"/api/{row.brand.slug}/orders/{clopos_id}/") for clopos_id in (row.clopos_id, 999)]
    assert [answer.status_code for answer in api] == [404, 404]
    assert api[0].json() == api[1].json()


def test_a_brand_out_of_scope_is_as_if_it_were_not_there(orders: Orders, enter: Any) -> None:
    client = enter("one brand")

    for address in ("", "orders/", "orders/1/", "nothing/"):
        hidden, missing = (client.get(f"/api/{slug}/{address}") for slug in ("second", "nobody"))
        assert (hidden.status_code, hidden.json()) == (404, missing.json())


def test_choices_of_filters_name_nothing_out_of_scope(orders: Orders, enter: Any) -> None:
    page = read(enter("one venue"), list_of(Order))

    assert "venue-1-of-first" in page
    assert "venue-2-of-first" not in page
    assert "second" not in page


def test_no_row_can_be_looked_up_through_what_refers_to_it(orders: Orders, enter: Any) -> None:
    client = enter("superuser")

    assert client.get(list_of(Order), {"receipts": 1}).status_code == 400
    assert client.get(list_of(Order), {"items__product_name": "x"}).status_code == 400
