"""A tree of categories becomes its nodes."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos.mirror.catalog import DEEPEST_CATEGORY, flatten_category

Node = dict[str, Any]


def test_a_tree_becomes_its_nodes_parents_first() -> None:
    tree = {
        "id": 1,
        "parent_id": None,
        "depth": 0,
        "children": [
            {"id": 2, "parent_id": 1, "depth": 1, "children": [{"id": 3, "parent_id": 2, "depth": 2, "children": []}]},
            {"id": 4, "parent_id": 1, "depth": 1, "children": []},
        ],
    }

    nodes = list(flatten_category(tree))

    assert [node["id"] for node in nodes] == [1, 2, 3, 4]
    assert not any("children" in node for node in nodes)


def test_a_child_that_names_no_parent_or_depth_gets_those_of_its_place() -> None:
    tree = {"id": 1, "depth": 0, "children": [{"id": 2, "children": [{"id": 3, "parent_id": None, "depth": None}]}]}

    nodes = list(flatten_category(tree))

    assert [(node.get("parent_id"), node.get("depth")) for node in nodes] == [(None, 0), (1, 1), (2, 2)]


def test_depth_is_not_invented_where_the_root_has_none() -> None:
    nodes = list(flatten_category({"id": 1, "children": [{"id": 2}]}))

    assert nodes == [{"id": 1}, {"id": 2, "parent_id": 1}]


def test_the_listed_tree_is_left_as_it_is() -> None:
    child: Node = {"id": 2}
    tree = {"id": 1, "children": [child]}

    list(flatten_category(tree))

    assert (child, tree) == ({"id": 2}, {"id": 1, "children": [child]})


@pytest.mark.parametrize("children", [None, []])
def test_a_leaf_may_have_no_children_in_either_way(children: object) -> None:
    assert list(flatten_category({"id": 1, "children": children})) == [{"id": 1}]


def test_what_is_no_object_among_the_children_stays_with_the_node() -> None:
    nodes = list(flatten_category({"id": 1, "children": [7, {"id": 2}, None]}))

    assert nodes == [{"id": 1, "children": [7, None]}, {"id": 2, "parent_id": 1}]


def test_children_that_are_no_list_stay_with_the_node() -> None:
    assert list(flatten_category({"id": 1, "children": "none"})) == [{"id": 1, "children": "none"}]


def test_the_deepest_tree_allowed_is_flattened() -> None:
    assert len(list(flatten_category(make_chain(levels=DEEPEST_CATEGORY + 1)))) == DEEPEST_CATEGORY + 1


def test_an_absurdly_deep_tree_is_refused_with_a_clear_sentence() -> None:
    with pytest.raises(ValueError, match="nested more than 50 levels deep"):
        list(flatten_category(make_chain(levels=5000)))


def test_a_tree_that_holds_itself_is_refused() -> None:
    node: Node = {"id": 1}
    node["children"] = [node]

    with pytest.raises(ValueError, match="nested more than 50 levels deep"):
        list(flatten_category(node))


def make_chain(*, levels: int) -> Node:
    node: Node = {"id": levels}
    for number in range(levels - 1, 0, -1):
        node = {"id": number, "children": [node]}
    return node
