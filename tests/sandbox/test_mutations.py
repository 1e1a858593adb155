"""Documents are inserted, changed and removed while the sandbox serves."""

import threading

import pytest

from django_clopos.sandbox import Sandbox
from tests.sandbox.conftest import Api


def test_an_inserted_document_is_served(api: Api, remote: Sandbox) -> None:
    remote.insert("demo", "users", {"id": 500, "username": "Təzə"})
    assert api.rows("users")[-1] == {"id": 500, "username": "Təzə"}
    assert api.get("users/500").json()["data"] == {"id": 500, "username": "Təzə"}


def test_an_inserted_document_is_a_copy(remote: Sandbox) -> None:
    document = {"id": 500, "properties": {"a": 1}}
    remote.insert("demo", "users", document)
    document["properties"]["a"] = 2  # type: ignore[index]  # the point of the test
    assert remote.documents("demo", "users")[-1]["properties"] == {"a": 1}


@pytest.mark.parametrize("document", [{"username": "nobody"}, {"id": "7"}, {"id": 1}])
def test_a_document_needs_a_new_integer_id(remote: Sandbox, document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"integer id|exists"):
        remote.insert("demo", "users", document)


def test_a_changed_document_is_served_and_stamped_in_its_own_format(api: Api, remote: Sandbox) -> None:
    remote.change("demo", "users", 1, username="Rəhbər")
    remote.change("demo", "products", 1, name="Qoyun əti")
    user, product = api.get("users/1").json()["data"], api.get("products/1").json()["data"]
    assert (user["username"], user["updated_at"]) == ("Rəhbər", "2026-11-21T08:00:00.000000Z")
    assert (product["name"], product["updated_at"]) == ("Qoyun əti", "2026-11-21 12:00:00")


def test_a_given_stamp_is_kept(remote: Sandbox) -> None:
    remote.change("demo", "users", 1, updated_at="2027-01-01T00:00:00.000000Z")
    assert remote.documents("demo", "users")[0]["updated_at"] == "2027-01-01T00:00:00.000000Z"


def test_a_changed_receipt_becomes_the_newest(api: Api, remote: Sandbox) -> None:
    oldest = api.rows("receipts?sort[0]=updated_at&sort[1]=1&limit=1")[0]
    remote.change("demo", "receipts", oldest["id"], fiscal_id="f1")
    newest = api.rows("receipts?sort[0]=updated_at&sort[1]=-1&limit=1")[0]
    assert (newest["id"], newest["fiscal_id"]) == (oldest["id"], "f1")


def test_documents_held_by_a_test_stay_as_they_were(remote: Sandbox) -> None:
    held = remote.documents("demo", "users")[0]
    before = dict(held)
    remote.change("demo", "users", 1, username="Rəhbər")
    assert held == before


def test_a_removed_document_is_gone(api: Api, remote: Sandbox) -> None:
    total = api.get("customers").json()["total"]
    remote.remove("demo", "customers", 5)
    assert api.get("customers/5").status_code == 404
    assert api.get("customers").json()["total"] == total - 1


def test_stop_list_entries_are_keyed_by_venue_and_product(api: Api, remote: Sandbox) -> None:
    product = api.rows("products/stop-list", venue=1)[0]["id"]
    remote.insert("demo", "stop-list", {"id": product, "limit": 4, "timestamp": 1, "venue_id": 3})
    remote.change("demo", "stop-list", (1, product), limit=2)
    assert api.rows("products/stop-list", venue=3) == [{"id": product, "limit": 4, "timestamp": 1}]
    assert api.rows("products/stop-list", venue=1)[0]["limit"] == 2
    remote.remove("demo", "stop-list", (1, product))
    assert product not in {row["id"] for row in api.rows("products/stop-list", venue=1)}


@pytest.mark.parametrize("collection", ["users", "stop-list", "receipts"])
def test_an_unknown_document_cannot_be_changed_or_removed(remote: Sandbox, collection: str) -> None:
    with pytest.raises(KeyError):
        remote.change("demo", collection, 999_999, name="x")
    with pytest.raises(KeyError):
        remote.remove("demo", collection, 999_999)


def test_an_unknown_collection_is_a_key_error(remote: Sandbox) -> None:
    with pytest.raises(KeyError, match="no collection 'tables'"):
        remote.documents("demo", "tables")


def test_changes_and_requests_may_come_from_many_threads(remote: Sandbox) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            api = Api(remote).log_in()
            for step in range(20):
                remote.insert("demo", "users", {"id": 1000 * number + step, "username": "x"})
                assert api.get("users?limit=100").status_code == 200
        except BaseException as error:  # noqa: BLE001 -- told to the main thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(remote.documents("demo", "users")) == 18 + 100
