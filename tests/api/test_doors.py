"""Who gets what from every address of the API: the matrix, over addresses that are found in the URLs themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from django_clopos.api.collections import COLLECTIONS, Collection
from django_clopos.api.filters import list_personal
from django_clopos.api.urls import urlpatterns
from django_clopos.models import Brand, Venue
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.scope import OfVenue
from django_clopos.testing import make
from tests.access.conftest import allow, make_user, sign_in
from tests.api.filling import fill_columns, note_change

#: Every address below a brand, of its rows with the Clopos id 1, and with what it must be asked.
ADDRESSES = sorted(
    str(pattern.pattern).replace("<slug:brand>/", "").replace("<int:clopos_id>", "1")
    for pattern in urlpatterns
    if "rest" not in str(pattern.pattern)
)

#: Role: the status of an answer of the brand `first`, and which venues' rows are in it. None: every one's of the brand.
MATRIX: dict[str, tuple[int, set[int]]] = {
    "anonymous": (403, set()),
    "no permission": (403, set()),
    "no access": (404, set()),
    "another brand": (404, set()),
    "one venue": (200, {1}),
    "one brand": (200, {1, 2}),
    "personal": (200, {1, 2}),
    "superuser": (200, {1, 2}),
}
SEES_PERSONAL = {"personal", "superuser"}
each_role = pytest.mark.parametrize("role", MATRIX)


def mark(brand: str, venue: int) -> str:
    return f"mark.{brand}.{venue}.end"


def plant(brand: Brand) -> None:
    """Plant a row of each table in each of two venues: marks in every text, and personal data where it is kept."""
    for venue in (1, 2):
        for collection in COLLECTIONS:
            model: Any = collection.model
            columns = {name: _plant(model, name, value, brand, venue) for name, value in fill_columns(model).items()}
            references = {field.name: venue for field in model._meta.concrete_fields if _refers(field)}
            row = make(model, brand=brand, **{**columns, **references})
            if collection.is_marked:
                record = {"unknown": f"plant.{brand.slug}", "name": f"plant.{brand.slug}", "id": venue}
                note_change(brand, row, collection.resource.name, before=record if model.personal else None, after={})


def _refers(field: Any) -> bool:
    return isinstance(field, MirrorForeignKey)


def _plant(model: Any, name: str, value: Any, brand: Brand, venue: int) -> Any:
    word = f"plant.{brand.slug}" if name in model.personal | model.records else mark(brand.slug, venue)
    if isinstance(value, dict):
        return {"unknown": word} if name in model.records else {"key": word}
    return word if isinstance(value, str) and not value[0].isdigit() else value


@pytest.fixture
def planted(brand: Brand, other_brand: Brand) -> None:
    plant(brand)
    plant(other_brand)


@pytest.fixture
def enter(brand: Brand, other_brand: Brand) -> Callable[[str], Client]:
    """Sign somebody in by role."""

    def sign(role: str) -> Client:
        match role:
            case "anonymous":
                return Client()
            case "superuser":
                return sign_in(User.objects.create_superuser("root"))
            case "no permission":
                return sign_in(allow(make_user(permissions="none"), brand))
            case "no access":
                return sign_in(make_user())
            case "another brand":
                return sign_in(allow(make_user(), other_brand))
            case "one venue":
                return sign_in(allow(make_user(), brand, 1))
            case _:
                return sign_in(allow(make_user(is_personal=role == "personal"), brand))

    return sign


def ask(client: Client, address: str, **query: str) -> Any:
    required = {"venue": "1"} if address == "reports/z/" else {}
    return client.get(f"/api/first/{address}", {**required, **query})


def list_variants(address: str) -> Iterator[dict[str, str]]:
    """Give every form of an answer: as a page, as files, with what can be shown besides."""
    yield {}
    collection = find(address)
    if collection is None:
        return
    if "/1/" in address:
        yield {"raw": "true"}
    else:
        yield from ({"format": kind} for kind in ("csv", "ndjson"))
        yield from ({"page": "1"}, {"cursor": ""})
    yield {"expand": ",".join(sorted(collection.parts) + _name_references(collection)), "removed": "true"}


def find(address: str) -> Collection | None:
    return next((each for each in COLLECTIONS if each.name == address.partition("/")[0]), None)


def _name_references(collection: Collection) -> list[str]:
    return [field.name for field in collection.model._meta.concrete_fields if _refers(field)]


def read(answer: Any) -> str:
    text: str = answer.getvalue().decode() if answer.streaming else answer.content.decode()
    return text


@each_role
def test_every_address_answers_as_the_matrix_says(role: str, planted: None, enter: Callable[[str], Client]) -> None:
    client = enter(role)

    # One test for all of them, because planting the rows takes longer than asking.
    for address in ADDRESSES:
        check(client, address, role)


def check(client: Client, address: str, role: str) -> None:
    status, venues = MATRIX[role]
    # The lists of a brand need no permission of their own, only its brand.
    expected = 200 if (address, role) == ("", "no permission") else status
    for query in list_variants(address):
        answer = ask(client, address, **query)
        text = read(answer)
        assert answer.status_code == expected, (address, query, text[:500])
        assert "second" not in text, (address, query)
        if role not in SEES_PERSONAL:
            assert "plant" not in text, (address, query)
        collection = find(address)
        if collection is not None and isinstance(collection.model.place, OfVenue):  # type: ignore[attr-defined]
            found = {venue for venue in (1, 2) if mark("first", venue) in text}
            assert found <= venues, (address, query)


def test_the_planted_rows_are_in_the_answers_to_who_may_see_them(planted: None, enter: Callable[[str], Client]) -> None:
    client = enter("superuser")

    for collection in COLLECTIONS:
        text = read(ask(client, f"{collection.name}/"))
        assert text.count('"results":[{') == 1, collection.name
        if collection.model.personal:  # type: ignore[attr-defined]
            assert "plant.first" in text, collection.name


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.name)
def test_nobody_filters_by_what_is_hidden(
    collection: Collection, planted: None, enter: Callable[[str], Client]
) -> None:
    client = enter("one brand")

    for name in list_personal(collection):
        answer = ask(client, f"{collection.name}/", **{name: "plant.first"})
        assert (answer.status_code, "view_personal_data" in read(answer)) == (403, True), name


@each_role
def test_changes_are_of_what_the_role_may_see(role: str, planted: None, enter: Callable[[str], Client]) -> None:
    status, venues = MATRIX[role]
    answer = ask(enter(role), "changes/", resource="orders")

    assert answer.status_code == status
    assert {row["id"] for row in answer.json().get("results", [])} == venues
    assert ("plant.first" in read(answer)) == (role in SEES_PERSONAL)


def test_changes_of_models_that_may_not_be_viewed_are_left_out(planted: None, brand: Brand) -> None:
    client = sign_in(allow(make_user(permissions="view_(change|order)$"), brand))

    assert {row["resource"] for row in ask(client, "changes/").json()["results"]} == {"orders"}


def test_another_brands_rows_are_as_if_they_were_not_there(planted: None, enter: Callable[[str], Client]) -> None:
    client = enter("one brand")

    for address in ADDRESSES:
        hidden, missing = (client.get(f"/api/{slug}/{address}") for slug in ("second", "nobody"))
        assert (hidden.status_code, hidden.json()) == (404, missing.json()), address


def test_a_venue_that_is_not_seen_has_no_z_report(brand: Brand, planted: None, enter: Callable[[str], Client]) -> None:
    client = enter("one venue")

    assert [ask(client, "reports/z/", venue=str(venue)).status_code for venue in (1, 2, 9)] == [200, 404, 404]
    assert Venue.objects.filter(brand=brand).count() == 2
