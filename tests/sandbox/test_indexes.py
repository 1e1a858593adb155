"""An index that was kept while documents changed is the index that would be made anew."""

from random import Random
from typing import Any

import pytest

from django_clopos.sandbox.documents import Collection
from django_clopos.sandbox.indexes import Index
from tests.sandbox.conftest import Api

Document = dict[str, Any]


def by_size(document: Document) -> tuple[int, int]:
    return document["size"], document["id"]


def is_even(document: Document) -> bool:
    return bool(document["size"] % 2 == 0)


@pytest.mark.parametrize("seed", range(5))
def test_an_index_stays_in_order_whatever_is_written(seed: int) -> None:
    rng = Random(seed)
    collection = Collection("things", [{"id": number, "size": rng.randrange(9)} for number in range(1, 60)])
    collection.index("even", key=by_size, holds=is_even)
    for number in range(60, 260):
        taken = [document["id"] for document in collection.ordered()]
        match rng.randrange(3):
            case 0:
                collection.insert({"id": number, "size": rng.randrange(9)})
            case 1:
                collection.change(rng.choice(taken), {"size": rng.randrange(9)})
            case _:
                collection.remove(rng.choice(taken))
        documents = [collection.get(key) or {} for key in sorted(document["id"] for document in collection.ordered())]
        assert collection.ordered() == documents
        kept = collection.index("even", key=by_size, holds=is_even)
        assert kept.documents == sorted(filter(is_even, documents), key=by_size)


def test_between_takes_both_ends() -> None:
    index = Index([{"id": number, "size": number // 2} for number in range(10)], key=by_size)
    assert [document["id"] for document in index.between((1,), (2, 99))] == [2, 3, 4, 5]
    assert index.between((7,), (9,)) == []


def test_a_window_and_a_sort_see_what_was_written_after_they_were_first_asked_for(api: Api) -> None:
    newest = api.rows("receipts?limit=1", venue=1)[0]
    day = newest["created_at"][:10]
    window, latest = f"receipts?limit=200&date[0]={day}", "receipts?limit=1&sort[0]=updated_at"
    before = {row["id"] for row in api.rows(window, venue=1)}
    api.rows(latest, venue=1)
    api.sandbox.insert("demo", "receipts", {**newest, "id": 90_001})
    api.sandbox.change("demo", "receipts", 90_001, fiscal_id="new")
    api.sandbox.change("demo", "receipts", newest["id"], venue_id=2)
    assert {row["id"] for row in api.rows(window, venue=1)} == before - {newest["id"]} | {90_001}
    assert [row["id"] for row in api.rows(latest, venue=2)] == [newest["id"]]
    api.sandbox.remove("demo", "receipts", 90_001)
    assert {row["id"] for row in api.rows(window, venue=1)} == before - {newest["id"]}
