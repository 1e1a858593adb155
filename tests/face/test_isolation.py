"""Who gets which rows of which endpoint: tables that a new endpoint is held against without being added."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos.face.endpoints import SOURCES, Source
from django_clopos.face.relations import RELATIONS
from django_clopos.models import Brand, Checkpoint, Customer, FaceCredential, Order, Receipt, User, Venue
from django_clopos.models.scope import OfVenue
from django_clopos.testing import make, make_brand
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

PLACES = {"own": ("first", 1), "neighbour": ("first", 2), "nowhere": ("first", None), "stranger": ("second", 1)}

#: Whom a credential was given to, and its venues.
ROLES: dict[str, list[int]] = {"whole brand": [], "one venue": [1], "two venues": [1, 2], "no venue": [99]}

#: What each sees of rows that belong to the brand, and of rows that belong to a venue.
OF_BRAND = {"own", "neighbour", "nowhere"}
SEEN: dict[str, dict[str, set[str]]] = {
    "whole brand": {"of brand": OF_BRAND, "of venue": {"own", "neighbour"}},
    "one venue": {"of brand": OF_BRAND, "of venue": {"own"}},
    "two venues": {"of brand": OF_BRAND, "of venue": {"own", "neighbour"}},
    "no venue": {"of brand": OF_BRAND, "of venue": set()},
}

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
each_role = pytest.mark.parametrize("role", ROLES)


def number_of(name: str, source: Source) -> int:
    """Give the Clopos id of a planted row; a venue's own for venues."""
    return PLACES[name][1] or 9 if source.model is Venue else 40 + list(PLACES).index(name)


@pytest.fixture
def brands() -> dict[str, Brand]:
    """Two brands; the first has the venues 1 and 2, the second the venue 1."""
    made = {slug: make_brand(slug) for slug in ("first", "second")}
    for name, (slug, venue) in PLACES.items():
        if venue:
            make(Venue, brand=made[slug], clopos_id=venue, raw={"id": venue, "name": f"mark-{name}"})
    return made


def plant(source: Source, brands: dict[str, Brand]) -> None:
    """Make a row of the source's table for each place."""
    for name, (slug, venue) in PLACES.items():
        if source.model is not Venue:
            _plant(source, brands[slug], venue, name)


def _plant(source: Source, brand: Brand, venue: int | None, name: str) -> None:
    number, model = number_of(name, source), source.model
    given: dict[str, Any] = {"raw": {"id": number, "name": f"mark-{name}"}, "venue": venue, "product": number}
    if source.resource.name == "stock-operations":
        given["receipt"] = make(Receipt, brand=brand, clopos_id=number, venue=venue)
    if source.resource.name == "categories":
        given["status"] = 1
    columns = {field.name for field in model._meta.concrete_fields}
    own = {"clopos_id": number} if "clopos_id" in columns else {}
    make(model, brand=brand, **own, **{key: value for key, value in given.items() if key in columns})  # type: ignore[type-var]


def read_all(program: Program, source: Source) -> str:
    """Read a list, and each planted row by its id, through every venue."""
    found = []
    for venue in (None, 1, 2):
        for name in PLACES:
            number = number_of(name, source)
            paths = [source.endpoint.path.format(id=number)]
            paths += [f"{source.endpoint.path}/{number}"] if source.endpoint.has_detail else []
            found += [program.get(path, venue=venue).content.decode() for path in paths]
    return "".join(found)


@each_role
@each_source
def test_an_endpoint_shows_the_rows_of_the_table(role: str, source: Source, brands: dict[str, Brand]) -> None:
    plant(source, brands)
    kind = "of venue" if isinstance(source.model.place, OfVenue) else "of brand"  # type: ignore[attr-defined]

    text = read_all(Program(brands["first"], venues=ROLES[role], sees_personal=True), source)

    assert {name for name in PLACES if f"mark-{name}" in text} == SEEN[role][kind]


@each_role
@pytest.mark.parametrize("name", ["orders", "receipts"])
def test_a_remote_that_lists_every_venue_is_spoken_so_within_the_scope(
    role: str, name: str, brands: dict[str, Brand]
) -> None:
    plant(SOURCES[name], brands)
    Checkpoint.objects.create(brand=brands["first"], resource=name, name="scope", value="brand")

    rows = Program(brands["first"], venues=ROLES[role], sees_personal=True).rows(name)

    expected = SEEN[role]["of venue"] | ({"nowhere"} if role == "whole brand" else set())
    assert {row["name"] for row in rows} == {f"mark-{place}" for place in expected}


@pytest.mark.parametrize("venue", ["2", "3", "0", "-1", "x", "1 OR 1=1", "9" * 5000, "²", "1,2"])
def test_a_venue_out_of_scope_is_no_venue(venue: str, brands: dict[str, Brand]) -> None:
    program = Program(brands["first"], venues=[1])

    for path in ("receipts", "products", "receipts/1"):
        answer = program.get(path, venue=venue)
        assert (answer.status_code, answer.json()["message"]) == (400, "x-venue must be the id of a venue")


def test_venues_that_are_no_list_of_ids_let_nothing_be_seen(brands: dict[str, Brand]) -> None:
    plant(SOURCES["receipts"], brands)
    program = Program(brands["first"])
    FaceCredential.objects.update(venues={"all": True})

    assert (program.rows("venues"), program.rows("receipts")) == ([], [])


def test_what_is_referred_to_stays_in_scope(brands: dict[str, Brand]) -> None:
    make(Order, brand=brands["first"], clopos_id=1, venue=1, raw={"id": 1, "receipt": {"id": 5}})
    make(Receipt, brand=brands["first"], clopos_id=5, venue=2, service_notification=1, raw={"id": 5})

    path = "orders/1?with[]=receipt:id"
    assert Program(brands["first"], venues=[1]).get(path).json()["data"]["receipt"] is None
    assert Program(brands["first"], sees_personal=True).get(path).json()["data"]["receipt"] == {"id": 5}


#: A record of each table that tells of persons, with something of them.
PERSONAL = {
    "customers": (Customer, {"id": 1, "name": "plant", "phones": ["plant"], "unknown": "plant", "group_id": 3}),
    "users": (User, {"id": 1, "username": "Ali", "email": "plant", "mobile_number": "plant"}),
    "orders": (Order, {"id": 1, "payload": {"customer": {"id": 1, "name": "plant"}, "meta": {"comment": "plant"}}}),
    "receipts": (
        Receipt,
        {"id": 1, "address": "plant", "receipt_products": [{"id": 7, "note": "plant", "meta": {"comment": "plant"}}]},
    ),
}


@pytest.mark.parametrize("sees_personal", [True, False])
@pytest.mark.parametrize("name", PERSONAL)
def test_personal_data_is_shown_to_whoever_may_see_it(name: str, sees_personal: bool, brands: dict[str, Brand]) -> None:
    for model, raw in PERSONAL.values():
        given = {"venue": 1} if model in {Order, Receipt} else {}
        given |= {"customer": 1} if model is Order else {}
        given |= {"service_notification": 1} if model is Receipt else {}
        make(model, brand=brands["first"], clopos_id=1, raw=raw, **given)
    program = Program(brands["first"], sees_personal=sees_personal)

    asked = "&".join(f"with[]={relation}" for relation in RELATIONS.get(name, ()))
    for path in (f"{name}?{asked}", f"{name}/1?{asked}", name):
        answer = program.get(path)
        assert answer.status_code == 200
        assert ("plant" in answer.content.decode()) == sees_personal


@pytest.mark.parametrize(
    "query",
    [
        "filters[0][0]=name&filters[0][1]=a", "filters[0][0]=phones&filters[0][1]=5",
        "sort[0]=name&sort[1]=1", "sort[0]=email", "sort[0]=address", "sort[0]=cid",
    ],
)  # fmt: skip
def test_nobody_asks_by_what_they_may_not_see(query: str, brands: dict[str, Brand]) -> None:
    assert Program(brands["first"]).get(f"customers?{query}").status_code == 403
    assert Program(brands["first"], sees_personal=True).get(f"customers?{query}").status_code == 200
