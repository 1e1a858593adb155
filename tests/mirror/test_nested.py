"""Rows that come inside products: found wherever they are nested, without what belongs to the edge."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos.mirror import get_resource
from django_clopos.mirror.products import (
    DEEPEST_PRODUCT,
    find_modifier_groups,
    find_modifiers,
    find_packages,
    find_products,
    find_taxes,
)
from django_clopos.models import Product

Node = dict[str, Any]

DISH: Node = {
    "id": 1,
    "name": "Burger",
    "recipe": [{"id": 10, "name": "Kotlet", "recipe": [{"id": 11, "name": "Ət"}], "pivot": {"dish_id": 1}}],
    "modificator_groups": [
        {
            "id": 20,
            "name": "Sous",
            "pivot": {"product_id": 1},
            "modificators": [
                {"id": 30, "name": "Ketçup", "group_id": 20, "ingredient": {"id": 12, "name": "Ketçup", "pivot": {}}},
                {"id": 31, "name": "Sadə", "ingredient": None},
            ],
        }
    ],
    "modifications": [
        {"id": 13, "name": "Böyük", "taxes": [{"id": 41, "rate": 18}], "packages": [{"id": 51, "equal": 2}]},
        {"id": 14, "name": "Kiçik", "parent_id": 99},
    ],
    "taxes": [{"id": 40, "rate": 6.95, "pivot": {}}],
    "packages": [{"id": 50, "name": "Qutu", "equal": 10}],
}


def test_every_product_inside_a_product_is_found_at_any_depth() -> None:
    assert [product["id"] for product in find_products(DISH)] == [12, 11, 10, 13, 14]


def test_nested_products_carry_no_pivot() -> None:
    assert not any("pivot" in product for product in find_products(DISH))


def test_a_variant_gets_its_parent_unless_it_names_one() -> None:
    variants = {product["id"]: product.get("parent_id") for product in find_products(DISH)}

    assert (variants[13], variants[14], variants[10]) == (1, 99, None)


def test_modifier_groups_keep_their_object_but_the_pivot() -> None:
    (group,) = find_modifier_groups(DISH)

    assert (group["id"], "pivot" in group, len(group["modificators"])) == (20, False, 2)


def test_modifiers_know_their_group() -> None:
    assert [(modifier["id"], modifier["group_id"]) for modifier in find_modifiers(DISH)] == [(30, 20), (31, 20)]


def test_modifiers_are_found_under_the_design_s_name_too() -> None:
    dish = {"id": 1, "modificator_groups": [{"id": 20, "modifiers": [{"id": 30, "ingredient": {"id": 12}}]}]}

    assert [modifier["id"] for modifier in find_modifiers(dish)] == [30]
    assert [product["id"] for product in find_products(dish)] == [12]


def test_taxes_of_variants_are_found_too() -> None:
    assert list(find_taxes(DISH)) == [{"id": 41, "rate": 18}, {"id": 40, "rate": 6.95}]


def test_a_package_knows_what_is_packed() -> None:
    assert [(package["id"], package["product_id"]) for package in find_packages(DISH)] == [(51, 13), (50, 1)]


def test_a_flat_recipe_item_is_an_edge_and_no_product() -> None:
    dish = {"id": 1, "recipe": [{"ingredient_id": 8, "name": "Pomidor"}, {"id": 3, "ingredient_id": 8}]}

    assert list(find_products(dish)) == []


def test_the_outer_record_is_left_as_it_is() -> None:
    before = repr(DISH)

    for nested in get_resource("products").nested:
        list(nested.find(DISH))

    assert repr(DISH) == before


@pytest.mark.parametrize("value", [None, [], {}, "text", 7, [None, 1, "text", []]])
@pytest.mark.parametrize("key", ["recipe", "modifications", "modificator_groups", "taxes", "packages"])
def test_what_is_no_list_of_objects_is_passed_over(key: str, value: object) -> None:
    found = [row for nested in get_resource("products").nested for row in nested.find({"id": 1, key: value})]

    assert found == []


@pytest.mark.parametrize(
    "modificators", [None, {}, [None], [{"id": 1, "ingredient": []}], [{"id": 1, "ingredient": 5}]]
)
def test_broken_modifiers_bring_no_products(modificators: object) -> None:
    assert list(find_products({"id": 1, "modificator_groups": [{"id": 2, "modificators": modificators}]})) == []


def test_products_are_followed_to_a_bounded_depth() -> None:
    product: Node = {"id": 100}
    for number in range(99, 0, -1):
        product = {"id": number, "recipe": [product]}

    assert len(list(find_products(product))) == DEEPEST_PRODUCT


def test_a_product_that_holds_itself_ends() -> None:
    product: Node = {"id": 1}
    product["modifications"] = [product]

    assert len(list(find_products(product))) == DEEPEST_PRODUCT


def test_nested_products_yield_to_listed_ones_and_other_rows_do_not() -> None:
    products = get_resource("products")

    assert products.table.fixed == {"is_nested": False}
    assert [nested.table.model.__name__ for nested in products.nested if nested.yields] == ["Product"]
    assert products.nested[0].table.fixed == {"is_nested": True}
    assert products.nested[0].table.model is Product
