"""What `with` adds, and what stays out without it."""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from typing import Any

import pytest

from django_clopos.sandbox import Sandbox
from django_clopos.sandbox.products import STORED_RELATIONS
from tests.sandbox.conftest import Api, Clock, make_sandbox


def product_named(remote: Sandbox, name: str) -> dict[str, Any]:
    return next(product for product in remote.documents("demo", "products") if product["name"] == name)


def test_relations_stay_out_unless_asked(api: Api) -> None:
    for row in api.rows("products?limit=100"):
        assert not {*STORED_RELATIONS, "modifications", "unit", "category", "station"} & set(row)
    assert "receipt_products" not in api.rows("receipts")[0]
    assert "prices" not in api.rows("price-lists")[0]


def test_with_takes_both_notations_and_forgets_what_it_does_not_know(api: Api) -> None:
    row = api.rows("products?with[0]=taxes&with[]=unit&with[]=from_a_newer_backend")[0]
    assert {"taxes", "unit"} <= set(row)
    assert "from_a_newer_backend" not in row


def test_variants_come_nested_and_as_rows(api: Api, remote: Sandbox) -> None:
    parent = product_named(remote, "Kola")
    nested = api.get(f"products/{parent['id']}?with[]=modifications&with[]=modifications.codes").json()["data"]
    assert [variant["full_name"] for variant in nested["modifications"]] == ["Kola 0.33 L", "Kola 0.5 L", "Kola 1 L"]
    assert all(variant["codes"] and variant["parent_id"] == parent["id"] for variant in nested["modifications"])
    ids = [row["id"] for page in (1, 2) for row in api.rows(f"products?limit=100&page={page}")]
    assert {variant["id"] for variant in nested["modifications"]} <= set(ids)


def test_variants_may_come_nested_only(clock: Clock) -> None:
    sandbox = make_sandbox(clock, variants_at_top_level=False)
    api = Api(sandbox).log_in()
    assert "MODIFICATION" not in {row["type"] for page in (1, 2) for row in api.rows(f"products?limit=100&page={page}")}
    parent = product_named(sandbox, "Kola")
    assert api.get(f"products/{parent['id']}?with[]=modifications").json()["data"]["modifications"]


def test_a_recipe_holds_whole_products_with_their_pivot(api: Api, remote: Sandbox) -> None:
    dish = product_named(remote, "Çoban salatı")
    recipe = api.get(f"products/{dish['id']}?with[]=recipe").json()["data"]["recipe"]
    tomato = api.get(f"products/{recipe[0]['id']}").json()["data"]
    pivot = {"dish_id": dish["id"], "ingredient_id": tomato["id"], "net": "0.000", "gross": "0.150", "net_put": None}
    assert recipe[0] == {**tomato, "pivot": pivot, "unit": recipe[0]["unit"]}
    assert recipe[0]["unit"]["name"] == "kilogram"


def test_an_ingredient_that_no_list_holds_comes_whole_in_its_dish(api: Api, remote: Sandbox) -> None:
    dish = product_named(remote, "Piti")
    pea = api.get(f"products/{dish['id']}?with[]=recipe").json()["data"]["recipe"][0]
    assert (pea["type"], pea["price"]) == ("INGREDIENT", 0)
    assert api.get(f"products/{pea['id']}").status_code == 404


def test_a_changed_ingredient_changes_in_its_dish(api: Api, remote: Sandbox) -> None:
    dish = product_named(remote, "Çoban salatı")
    path = f"products/{dish['id']}?with[]=recipe"
    before = api.get(path).json()["data"]["recipe"][0]
    remote.change("demo", "products", before["id"], name="Çerri pomidor")
    assert api.get(path).json()["data"]["recipe"][0]["name"] == "Çerri pomidor"


def test_modifier_groups_hold_their_ingredients(api: Api, remote: Sandbox) -> None:
    dish = product_named(remote, "Lülə kabab")
    relations = "with[]=modificator_groups&with[]=modificator_groups.modificators.ingredient.unit"
    groups = api.get(f"products/{dish['id']}?{relations}").json()["data"]["modificator_groups"]
    assert [group["pivot"]["product_id"] for group in groups] == [dish["id"]] * 2
    onion = groups[1]["modificators"][0]
    assert onion["ingredient"]["name"] == "Soğan"
    assert onion["ingredient"]["unit"]["symbol"] == "kg"
    assert groups[0]["modificators"][0]["ingredient"] is None


def test_references_come_as_objects(api: Api, remote: Sandbox) -> None:
    dish = product_named(remote, "Lülə kabab")
    product = api.get(f"products/{dish['id']}?with[]=category&with[]=station&with[]=unit").json()["data"]
    assert product["category"]["name"] == "Quzu və dana kababları"
    assert product["station"]["name"] == "Mətbəx"
    assert product["unit"]["name"] == "piece"


def test_timers_have_their_setting(api: Api, remote: Sandbox) -> None:
    timer = product_named(remote, "Bilyard")
    setting = api.get(f"products/{timer['id']}?with[]=setting").json()["data"]["setting"]
    assert setting == {
        "interval": 60,
        "calculation_methods": 0,
        "prices": [{"price": 10, "from": 0}, {"price": 8, "from": 120}],
    }


def test_categories_come_as_a_tree(api: Api, remote: Sandbox) -> None:
    roots = api.rows("categories?limit=999&include_inactive=true")
    assert all(root["parent_id"] is None for root in roots)

    def flatten(rows: list[Any]) -> list[int]:
        return [number for row in rows for number in (row["id"], *flatten(row["children"]))]

    assert sorted(flatten(roots)) == [row["id"] for row in remote.documents("demo", "categories")]


def test_inactive_categories_are_hidden_unless_asked(api: Api) -> None:
    assert "Novruz menyusu" not in {row["name"] for row in api.rows("categories")}
    assert "Novruz menyusu" in {row["name"] for row in api.rows("categories?include_inactive=true")}


def test_categories_may_come_flat(api: Api, remote: Sandbox) -> None:
    rows = api.rows("categories?limit=999&include_children=false&include_inactive=true")
    assert len(rows) == len(remote.documents("demo", "categories"))
    assert all(row["children"] == [] for row in rows)


def test_a_change_below_a_category_shows_in_the_tree(api: Api, remote: Sandbox) -> None:
    api.rows("categories")
    remote.change("demo", "categories", 10, name="Manqal")
    assert "Manqal" in api.get("categories").text


def test_receipts_bring_their_lines(api: Api, remote: Sandbox) -> None:
    row = api.rows("receipts?with[0]=receipt_products&with[1]=receipt_products.modificators")[0]
    document = next(receipt for receipt in remote.documents("demo", "receipts") if receipt["id"] == row["id"])
    assert [line["id"] for line in row["receipt_products"]] == [line["id"] for line in document["receipt_products"]]


def test_lines_bring_product_unit_station_and_modifier_groups(api: Api) -> None:
    relations = (
        "with[]=receipt_products.product.unit&with[]=receipt_products.product.station"
        "&with[]=receipt_products.modificators.modificator_group"
    )
    lines = [line for row in api.rows(f"receipts?limit=200&{relations}") for line in row["receipt_products"]]
    assert all({"unit", "station"} <= set(line["product"]) for line in lines if line["product"])
    modifiers = [modifier for line in lines for modifier in line["modificators"]]
    assert all(modifier["modificator_group"]["id"] == modifier["modificator_group_id"] for modifier in modifiers)
    assert modifiers


def test_orders_bring_limited_columns_of_their_receipt(api: Api, remote: Sandbox) -> None:
    receipt = next(
        receipt
        for receipt in remote.documents("demo", "receipts")
        if receipt["service_notification_id"] and receipt["venue_id"] == 1
    )
    path = f"orders/{receipt['service_notification_id']}?with[0]=receipt:id,service_notification_id,status"
    assert api.get(path).json()["data"]["receipt"] == {
        "id": receipt["id"],
        "service_notification_id": receipt["service_notification_id"],
        "status": 2,
    }


def test_customers_bring_their_group(api: Api) -> None:
    assert all(row["group"]["id"] == row["group_id"] for row in api.rows("customers?with[]=group"))


@pytest.mark.parametrize("path", ["price-lists?with[]=prices", "price-lists/prices?with[0]=product&with[1]=list"])
def test_price_lists_and_prices_bring_each_other(api: Api, path: str) -> None:
    row = api.rows(path)[0]
    assert row.get("prices") or (row["product"]["id"] == row["product_id"] and row["list"]["id"] == row["list_id"])
