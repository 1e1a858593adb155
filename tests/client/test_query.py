"""Questions are written in bracket notation, as the remote documents it."""

from __future__ import annotations

from datetime import date

import pytest

from django_clopos.client.query import Pairs, Query, SortForm


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (Query(), ()),
        (Query(sort=("updated_at", "desc")), (("sort[0]", "updated_at"), ("sort[1]", "-1"))),
        (Query(sort=("id", "asc")), (("sort[0]", "id"), ("sort[1]", "1"))),
        (
            Query(dates=(date(2026, 1, 5), date(2026, 2, 10))),
            (("date[0]", "2026-01-05"), ("date[1]", "2026-02-10")),
        ),
        (
            Query(
                filters={"name": "plov", "giftable": True, "hidden": False, "type": ["DISH", "GOODS"], "id": (1, 332)}
            ),
            (
                ("filters[0][0]", "name"),
                ("filters[0][1]", "plov"),
                ("filters[1][0]", "giftable"),
                ("filters[1][1]", "1"),
                ("filters[2][0]", "hidden"),
                ("filters[2][1]", "0"),
                ("filters[3][0]", "type"),
                ("filters[3][1][0]", "DISH"),
                ("filters[3][1][1]", "GOODS"),
                ("filters[4][0]", "id"),
                ("filters[4][1][0]", "1"),
                ("filters[4][1][1]", "332"),
            ),
        ),
        (Query(with_=("taxes", "a.b")), (("with[0]", "taxes"), ("with[1]", "a.b"))),
        (Query(selects=("id", "name")), (("selects", "id,name"),)),
        (Query(fixed=(("include_children", "true"),)), (("include_children", "true"),)),
    ],
)
def test_each_part_has_its_form(query: Query, pairs: Pairs) -> None:
    assert query.pairs() == pairs


def test_price_lists_have_their_own_sort() -> None:
    pairs = Query(sort=("name", "asc")).pairs(sort_form=SortForm.NESTED)

    assert pairs == (("sort[0][0]", "name"), ("sort[0][1]", "asc"))
