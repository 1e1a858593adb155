"""Each endpoint wraps its rows in its own envelope and its rows carry the documented keys."""

import pytest

from tests.sandbox.conftest import Api

DIAGNOSTICS = {"time", "timestamp", "unix"}
SUCCESS = {"success", "data"} | DIAGNOSTICS
TOTAL = SUCCESS | {"total"}
SORTED = TOTAL | {"sorts"}
PAGINATION = {"data", "pagination"}

ENVELOPES = {
    "venues": SUCCESS,
    "users": TOTAL,
    "customers": TOTAL,
    "customer-groups": SORTED,
    "categories": TOTAL,
    "stations": TOTAL,
    "products": TOTAL,
    "products/stop-list": SUCCESS,
    "price-lists": PAGINATION,
    "price-lists/prices": PAGINATION,
    "sale-types": TOTAL,
    "payment-methods": TOTAL,
    "orders": SORTED,
    "receipts": SORTED,
}

KEYS = {
    "venues": "id name is_main media",
    "users": "id email username first_name last_name mobile_number owner status created_at updated_at pin card barcode",
    "customers": "id cid venue_id group_id name email phone phones address address_data discount spent receipt_count "
    "total_discount total_bonus gender date_of_birth status can_use_loyalty_system is_verified created_at updated_at",
    "customer-groups": "id name discount_type discount_value system_type created_at updated_at deleted_at",
    "categories": "id name status hidden type position parent_id depth color children media created_at updated_at",
    "stations": "id name status type printable created_at updated_at",
    "products": "id parent_id station_id category_id unit_id type name parent_name full_name position barcode gov_code "
    "status hidden sold_by_weight discountable giftable has_modifications description price cost_price cooking_time "
    "inventory_behavior low_stock unit_weight venues media created_at updated_at",
    "products/stop-list": "id limit timestamp",
    "price-lists": "id name description status created_at updated_at",
    "price-lists/prices": "id list_id product_id price",
    "sale-types": "id name system_type channel status service_charge_rate position media created_at updated_at",
    "payment-methods": "id name status split position customer_required is_system balance service created_at "
    "updated_at",
    "orders": "id venue_id type integration integration_uuid integration_id customer_ref_id integration_status status "
    "payload integration_response created_at updated_at",
    "receipts": "id venue_id cid customer_id sale_type_id source guests status order_status order_number lock total "
    "subtotal discount_type discount_value discount_rate total_discount service_charge service_charge_value "
    "delivery_fee remaining i_tax e_tax total_tax payment_methods fiscal_id loyalty_type loyalty_value address "
    "description created_at updated_at closed_at shift_date totalCost",
}


@pytest.mark.parametrize("path", ENVELOPES)
def test_a_list_has_its_envelope(api: Api, path: str) -> None:
    assert set(api.get(path).json()) == ENVELOPES[path]


@pytest.mark.parametrize("path", KEYS)
def test_every_row_has_the_documented_keys(api: Api, path: str) -> None:
    rows = api.rows(path)
    assert rows
    for row in rows:
        assert set(KEYS[path].split()) <= set(row)


def test_stock_operations_have_data_only(api: Api) -> None:
    receipt = api.rows("receipts?filters[0][0]=status&filters[0][1]=2")[-1]
    answer = api.get(f"receipts/{receipt['id']}/stock-operations").json()
    assert set(answer) == {"data"}
    assert {row["receipt_id"] for row in answer["data"]} == {receipt["id"]}
    assert set(answer["data"][0]["stock"]["storage"]) == {"id", "name"}


def test_pagination_counts_pages(api: Api) -> None:
    answer = api.get("price-lists/prices?limit=20&page=2").json()
    assert answer["pagination"] == {"page": 2, "per_page": 20, "total": 77, "total_pages": 4}


def test_sorts_are_told(api: Api) -> None:
    assert api.get("receipts").json()["sorts"] == ["created_at", "updated_at", "closed_at", "total", "id"]


@pytest.mark.parametrize("path", ["users", "customers", "categories", "stations", "products", "orders", "receipts"])
def test_one_record_is_got_by_id(api: Api, path: str) -> None:
    row = api.rows(path)[0]
    answer = api.get(f"{path}/{row['id']}").json()
    assert (answer.keys(), answer["data"]) == (SUCCESS, row)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("receipts/999999", {"success": False, "error": "not_found", "message": "Receipt not found"}),
        ("receipts/999999/stock-operations", {"success": False, "error": "not_found", "message": "Receipt not found"}),
        ("products/999999", {"success": False, "error": "resource_not_found", "message": "Product not found"}),
        ("orders/999999", {"success": False, "error": "resource_not_found", "message": "Order not found"}),
        (
            "customers/999999",
            {
                "success": False,
                "error": "No query results for model [App\\Models\\Client\\Marketing\\Customer] 999999",
            },
        ),
        (
            "users/999999",
            {
                "success": False,
                "error": [
                    {
                        "message": "No query results for model [App\\Models\\Auth\\User] 999999",
                        "type": "server_side",
                        "exception": "NotFoundHttpException",
                        "code": 0,
                        "http_code": 404,
                    }
                ],
            },
        ),
    ],
)
def test_a_missing_record_is_refused_in_its_own_shape(api: Api, path: str, body: object) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, body)


@pytest.mark.parametrize("path", ["venues/1", "nothing", "receipts/1/nothing", ""])
def test_an_unknown_path_is_not_found(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404


def test_writes_are_refused(api: Api) -> None:
    answer = api.http.post("/customers", json={"name": "Somebody"})
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


def test_a_receipt_is_got_by_its_cid(api: Api) -> None:
    row = api.rows("receipts")[0]
    assert api.get(f"receipts/cid/{row['cid']}").json()["data"] == row


@pytest.mark.parametrize("path", ["receipts/cid/17", "receipts/seventeen", "products/seventeen"])
def test_an_id_in_the_wrong_format_is_a_bad_request(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_parameter")


def test_a_product_is_got_by_its_uuid(api: Api) -> None:
    row = api.rows("products")[0]
    assert api.get(f"products/{row['cid']}").json()["data"] == row


def test_every_answer_has_the_date_of_the_clock(api: Api) -> None:
    assert api.get("venues").headers["Date"] == "Sat, 21 Nov 2026 08:00:00 GMT"


def test_both_formats_of_time_are_used(api: Api) -> None:
    assert api.rows("products")[0]["created_at"].count(" ") == 1
    assert api.rows("receipts")[0]["created_at"].count(" ") == 1
    assert api.rows("users")[0]["created_at"].endswith(".000000Z")
    assert api.rows("orders")[0]["created_at"].endswith(".000000Z")
    assert api.rows("products/stop-list")[0]["timestamp"] > 10**12


def test_an_empty_object_is_written_as_a_list(api: Api) -> None:
    assert api.rows("sale-types")[-1]["status"] == []
    assert api.rows("users")[0]["properties"] == []
    assert api.rows("payment-methods")[-1]["service"] == {"name": "loyalty", "check": [], "payload": []}
    assert api.rows("products?filters[0][0]=type&filters[0][1]=DISH")[0]["meta"]["langs"]["ru"] == []


def test_long_bodies_are_compressed_when_asked(api: Api) -> None:
    long, short = api.get("products"), api.get("venues")
    assert long.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in short.headers
    plain = api.http.get("/products", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == long.json()
