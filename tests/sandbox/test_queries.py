"""Pages, order, dates and filters in bracket notation."""

from typing import Any

import pytest

from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.endpoints import ENDPOINTS
from tests.sandbox.conftest import Api, Clock, make_sandbox

PAGED = {endpoint.path: endpoint.maximum for endpoint in ENDPOINTS if endpoint.maximum}


def walk(api: Api, path: str, limit: int) -> list[Any]:
    rows: list[Any] = []
    for page in range(1, 500):
        found = api.rows(f"{path}{'&' if '?' in path else '?'}page={page}&limit={limit}")
        if not found:
            return rows
        rows += found
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("path", sorted(PAGED))
def test_pages_hold_every_document_once(api: Api, remote: Sandbox, path: str) -> None:
    endpoint = next(endpoint for endpoint in ENDPOINTS if endpoint.path == path)
    query = "?include_children=false&include_inactive=true" if path == "categories" else ""
    found = sorted(row["id"] for row in walk(api, f"{path}{query}", limit=7))
    scoped = path in {"orders", "receipts"}
    expected = [
        document["id"]
        for document in remote.documents("demo", endpoint.collection)
        if not scoped or document["venue_id"] == 1
    ]
    assert found == expected


@pytest.mark.parametrize("path", ["venues", "products/stop-list"])
def test_unpaginated_lists_ignore_pages(api: Api, path: str) -> None:
    assert api.rows(f"{path}?page=2&limit=1") == api.rows(path)


def test_a_page_has_fifty_rows_unless_asked(api: Api) -> None:
    assert len(api.rows("customers")) == 50


@pytest.mark.parametrize(("path", "maximum"), sorted(PAGED.items()))
def test_a_limit_above_the_maximum_is_lowered_or_refused(
    clock: Clock, remote: Sandbox, api: Api, path: str, maximum: int
) -> None:
    assert len(api.rows(f"{path}?limit={maximum + 1}")) <= maximum
    strict = Api(make_sandbox(clock, above_maximum="reject", days=1)).log_in()
    answer = strict.get(f"{path}?limit={maximum + 1}")
    assert answer.status_code == 400
    assert answer.json()["details"]["valid_range"] == f"1-{maximum}"
    assert strict.get(f"{path}?limit={maximum}").status_code == 200


@pytest.mark.parametrize("path", sorted(PAGED))
def test_pages_may_be_held_small_whatever_limit_is_asked_for(clock: Clock, path: str) -> None:
    api = Api(make_sandbox(clock, page_rows=4)).log_in()
    everything = api.sandbox.documents("demo", next(each.collection for each in ENDPOINTS if each.path == path))
    first = api.rows(f"{path}?limit=100")
    assert len(first) == min(4, len(everything))
    assert len(api.rows(f"{path}?limit=3")) == min(3, len(everything))
    assert first[-1] not in api.rows(f"{path}?page=2&limit=100"), "the next page begins where the small one ended"


def test_products_are_cut_at_a_hundred(api: Api) -> None:
    assert len(api.rows("products?limit=200")) == 100


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "limit=-1", "limit=1.5"])
def test_a_page_that_cannot_be_read_is_a_bad_request(api: Api, query: str) -> None:
    answer = api.get(f"users?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_parameter")


@pytest.mark.parametrize("field", ["created_at", "updated_at", "total", "closed_at", "id"])
@pytest.mark.parametrize("direction", [1, -1])
def test_receipts_sort(api: Api, field: str, direction: int) -> None:
    rows = api.rows(f"receipts?limit=200&sort[0]={field}&sort[1]={direction}")
    empty = "" if field.endswith("_at") else 0
    keys = [(row[field] or empty, row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=direction < 0)
    assert len(rows) > 20


def test_receipts_come_newest_first_by_default(api: Api) -> None:
    stamps = [row["created_at"] for row in api.rows("receipts")]
    assert stamps == sorted(stamps, reverse=True)


def test_price_lists_sort_in_their_own_notation(api: Api) -> None:
    names = [row["name"] for row in api.rows("price-lists?sort[0][0]=name&sort[0][1]=asc")]
    assert names == sorted(names)
    assert [row["id"] for row in api.rows("price-lists?sort[0][0]=id&sort[0][1]=desc")] == [3, 2, 1]


@pytest.mark.parametrize("path", ["products", "users", "stations", "sale-types"])
def test_a_list_that_does_not_sort_ignores_sort(api: Api, path: str) -> None:
    ids = [row["id"] for row in api.rows(f"{path}?sort[0]=updated_at&sort[1]=-1")]
    assert ids == sorted(ids)


def test_an_unknown_sort_field_is_ignored(api: Api) -> None:
    assert api.rows("receipts?sort[0]=nothing&sort[1]=1") == api.rows("receipts")


def test_sort_can_be_ignored_on_purpose(clock: Clock) -> None:
    api = Api(make_sandbox(clock, ignore_sort={"receipts"})).log_in()
    assert api.rows("receipts?sort[0]=total&sort[1]=1") == api.rows("receipts")


def test_a_bad_direction_is_a_bad_request(api: Api) -> None:
    body = {"success": False, "error": "invalid_parameter", "message": "sort[1] must be 1 or -1"}
    answer = api.get("receipts?sort[0]=total&sort[1]=up")
    assert (answer.status_code, answer.json()) == (400, body)


def test_dates_are_inclusive_days_of_created_at(api: Api, remote: Sandbox) -> None:
    rows = api.rows("receipts?limit=200&date[0]=2026-11-17&date[1]=2026-11-18")
    expected = [
        receipt["id"]
        for receipt in remote.documents("demo", "receipts")
        if receipt["venue_id"] == 1 and "2026-11-17" <= receipt["created_at"][:10] <= "2026-11-18"
    ]
    assert expected
    assert sorted(row["id"] for row in rows) == expected


def test_dates_of_orders_are_days_in_baku(api: Api, remote: Sandbox) -> None:
    order = {**remote.documents("demo", "orders")[0], "id": 5_000, "venue_id": 1}
    remote.insert("demo", "orders", {**order, "created_at": "2026-10-01T21:30:00.000000Z"})
    assert [row["id"] for row in api.rows("orders?date[0]=2026-10-02&date[1]=2026-10-02")] == [5_000]
    assert api.rows("orders?date[0]=2026-10-01&date[1]=2026-10-01") == []


def test_a_bad_date_is_a_bad_request(api: Api) -> None:
    assert api.get("receipts?date[0]=yesterday").status_code == 400


def test_dates_are_ignored_where_they_are_not_offered(api: Api) -> None:
    assert len(api.rows("customers?date[0]=1999-01-01&date[1]=1999-01-02")) == 50


def test_filters_may_be_percent_encoded(api: Api) -> None:
    encoded = api.rows("products?limit=100&filters%5B0%5D%5B0%5D=type&filters%5B0%5D%5B1%5D=TIMER")
    assert {row["type"] for row in encoded} == {"TIMER"}
    assert encoded == api.rows("products?limit=100&filters[0][0]=type&filters[0][1]=TIMER")


def test_filters_take_several_values_and_add_up(api: Api) -> None:
    query = "filters[0][0]=type&filters[0][1][0]=GOODS&filters[0][1][1]=DISH"
    assert {row["type"] for row in api.rows(f"products?limit=100&{query}")} == {"GOODS", "DISH"}
    both = api.rows(f"products?limit=100&{query}&filters[1][0]=haveIngredients&filters[1][1]=1")
    assert {row["type"] for row in both} == {"DISH"}


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("giftable", "1", lambda row: row["giftable"]),
        ("giftable", "0", lambda row: not row["giftable"]),
        ("discountable", "0", lambda row: not row["discountable"]),
        ("inventory_behavior", "1", lambda row: row["inventory_behavior"] == 1),
        ("station_id", "2", lambda row: row["station_id"] == 2),
        ("category_id", "7", lambda row: row["category_id"] == 7),
        ("tags", "1", lambda row: row["tags"]),
        ("sold_by_portion", "1", lambda row: row["sold_by_weight"]),
        ("has_variants", "1", lambda row: row["has_modifications"]),
        ("has_modifiers", "1", lambda row: row["modificator_groups"]),
        ("has_barcode", "1", lambda row: row["codes"]),
        ("has_service_charge", "0", lambda row: row["ignore_service_charge"]),
    ],
)
def test_products_filter(api: Api, name: str, value: str, holds: Any) -> None:
    relations = "with[]=tags&with[]=modificator_groups&with[]=codes"
    rows = api.rows(f"products?limit=100&{relations}&filters[0][0]={name}&filters[0][1]={value}")
    everything = walk(api, f"products?{relations}", limit=100)
    assert rows == [row for row in everything if holds(row)]
    assert 0 < len(rows) < len(everything)


def test_customers_filter_by_part_of_a_name_and_by_any_phone(api: Api, remote: Sandbox) -> None:
    customer = next(row for row in remote.documents("demo", "customers") if row["phones"])
    phone = customer["phones"][0].replace("+", "%2B")
    assert [row["id"] for row in api.rows(f"customers?filters[0][0]=phones&filters[0][1]={phone}")] == [customer["id"]]
    part = customer["name"][1:5]
    names = [row["name"] for row in api.rows(f"customers?limit=999&filters[0][0]=name&filters[0][1]={part}")]
    assert customer["name"] in names
    assert all(part.casefold() in name.casefold() for name in names)


def test_receipts_filter_by_status(api: Api) -> None:
    assert {row["status"] for row in api.rows("receipts?filters[0][0]=status&filters[0][1]=2")} == {2}


def test_the_status_of_orders_is_ignored(api: Api) -> None:
    assert api.rows("orders?status=IGNORE") == api.rows("orders")


def test_the_stop_list_filters_by_a_list_of_ids(api: Api) -> None:
    ids = [row["id"] for row in api.rows("products/stop-list")]
    query = f"filters[0][0]=id&filters[0][1][0]={ids[0]}&filters[0][1][1]={ids[-1]}"
    assert [row["id"] for row in api.rows(f"products/stop-list?{query}")] == [ids[0], ids[-1]]


def test_a_bad_stop_list_filter_is_a_bad_request(api: Api) -> None:
    body = {"success": False, "error": "invalid_parameter", "message": "Invalid filter parameters"}
    answer = api.get("products/stop-list?filters[0][0]=limit&filters[0][1]=0")
    assert (answer.status_code, answer.json()) == (400, body)


def test_a_bad_category_type_is_a_bad_request(api: Api) -> None:
    answer = api.get("categories?filters[0][0]=type&filters[0][1]=PIZZA")
    assert answer.json()["message"] == "type must be one of PRODUCT, INGREDIENT, ACCOUNTING"


def test_selects_keep_the_named_keys(api: Api) -> None:
    assert all(set(row) == {"id", "name", "type"} for row in api.rows("products?selects=id,name,type"))
    assert all("name" in row and "email" in row for row in api.rows("customers?selects=id"))


def test_the_venue_header_scopes_what_is_the_venues_own(api: Api) -> None:
    assert {row["venue_id"] for row in api.rows("receipts", venue=2)} == {2}
    assert {row["venue_id"] for row in api.rows("orders", venue=3)} == {3}
    assert len(api.rows("products/stop-list", venue=2)) == 3
    assert api.rows("products/stop-list", venue=3) == []
    assert api.rows("customers", venue=2) == api.rows("customers")


def test_a_receipt_of_another_venue_is_not_found(api: Api, remote: Sandbox) -> None:
    other = next(receipt["id"] for receipt in remote.documents("demo", "receipts") if receipt["venue_id"] == 2)
    assert api.get(f"receipts/{other}").status_code == 404
    assert api.get(f"receipts/{other}/stock-operations").status_code == 404
    assert api.get(f"receipts/{other}", venue=2).status_code == 200


def test_receipts_may_be_the_brands(clock: Clock) -> None:
    api = Api(make_sandbox(clock, receipt_scope="brand")).log_in()
    assert {row["venue_id"] for row in api.rows("receipts?limit=200")} == {1, 2, 3}


def test_an_unknown_venue_is_a_bad_request(api: Api) -> None:
    assert api.get("receipts", venue=99).status_code == 400


@pytest.mark.parametrize(
    ("plain", "filters"),
    [
        ("categories?type=INGREDIENT", "categories?filters[0][0]=type&filters[0][1]=INGREDIENT"),
        ("stations?status=1", "stations?filters[0][0]=status&filters[0][1]=1"),
    ],
)
def test_some_filters_are_plain_parameters_too(api: Api, plain: str, filters: str) -> None:
    assert api.rows(plain) == api.rows(filters) != []


@pytest.mark.parametrize("query", ["page=" + "9" * 5000, "limit=" + "9" * 16, "page=" + "[" * 5000])
def test_absurd_numbers_are_refused(api: Api, query: str) -> None:
    assert api.get(f"stations?{query}").status_code == 400
