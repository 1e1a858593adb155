"""Who may see what: rows of BrandAccess, the setting SCOPE, and how long an answer is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from django_clopos.access import (
    EVERYTHING,
    NOTHING,
    Scope,
    find_scope,
    find_viewer,
    find_viewer_of,
    may_see_personal,
    show_rows,
)
from django_clopos.models import Brand, BrandAccess
from tests.access.conftest import allow, make_user

pytestmark = pytest.mark.django_db


def test_a_superuser_sees_everything_without_a_query() -> None:
    root = User.objects.create_superuser("root")

    with CaptureQueriesContext(connection) as queries:
        viewer = find_viewer(root)

    assert (viewer.scope, viewer.sees_personal, len(queries)) == (EVERYTHING, True, 0)


def test_others_see_what_brand_access_says(brand: Brand, other_brand: Brand) -> None:
    user = allow(allow(make_user(), brand), other_brand, 1, 3)

    scope = find_scope(user)

    assert scope == Scope(brands=frozenset({brand.pk}), venues={other_brand.pk: frozenset({1, 3})})
    assert (scope.covers(brand.pk), scope.covers(other_brand.pk)) == (True, False)
    assert scope.all_brands == {brand.pk, other_brand.pk}


def test_without_a_row_nothing_is_seen(brand: Brand) -> None:
    allow(make_user("somebody else"), brand)

    assert find_scope(make_user()) == NOTHING


@pytest.mark.parametrize("user", [None, AnonymousUser(), User(is_superuser=True, is_active=False)], ids=str)
def test_who_is_not_signed_in_or_not_active_sees_nothing(user: Any, settings: Any) -> None:
    settings.CLOPOS = {"SCOPE": lambda _: "all"}

    assert (find_scope(user), may_see_personal(user)) == (NOTHING, False)


@pytest.mark.parametrize("venues", [{}, "", "all", 1, [1, "2"], [True], [0], {"1": 1}], ids=str)
def test_venues_that_cannot_be_read_let_none_be_seen(venues: Any, brand: Brand) -> None:
    user = make_user()
    BrandAccess.objects.create(user=user, brand=brand, venues=venues)

    assert find_scope(user) == Scope(venues={brand.pk: frozenset()})


@pytest.mark.parametrize("venues", [{"1": 1}, "1", [1, "2"], [True], [0]], ids=str)
def test_venues_are_a_list_of_clopos_ids(venues: Any, brand: Brand) -> None:
    with pytest.raises(ValidationError, match=r"list of Clopos ids"):
        BrandAccess(user=make_user(), brand=brand, venues=venues).full_clean()


def test_a_user_has_one_row_a_brand(brand: Brand) -> None:
    user = allow(make_user(), brand)

    with pytest.raises(IntegrityError), transaction.atomic():
        allow(user, brand, 1)


def test_personal_data_has_its_own_permission() -> None:
    without, with_it = make_user("without"), make_user("with it", is_personal=True)

    assert (may_see_personal(without), may_see_personal(with_it)) == (False, True)


ANSWERS: list[tuple[Any, Any]] = [
    ("all", EVERYTHING),
    (NOTHING, NOTHING),
    ({}, NOTHING),
    ({"first": "all"}, {"brands": {"first"}}),
    ({"first": [1, 2]}, {"venues": {"first": {1, 2}}}),
    ({"first": {3}, "second": "all"}, {"brands": {"second"}, "venues": {"first": {3}}}),
    ({"first": []}, {"venues": {"first": set()}}),
    ({"not there yet": "all", "nor this": [1]}, {}),
]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS, ids=str)
def test_the_setting_gives_brands_and_venues(
    answer: Any, expected: Any, brand: Brand, other_brand: Brand, settings: Any
) -> None:
    settings.CLOPOS = {"SCOPE": lambda _: answer}
    keys = {"first": brand.pk, "second": other_brand.pk}
    if isinstance(expected, dict):
        expected = Scope(
            brands=frozenset(keys[slug] for slug in expected.get("brands", ())),
            venues={keys[slug]: frozenset(ids) for slug, ids in expected.get("venues", {}).items()},
        )

    assert find_scope(make_user()) == expected


@pytest.mark.parametrize(
    "answer", [None, True, ["first"], "first", {"first": "1"}, {"first": 1}, {"first": ["1"]}, {"first": None}], ids=str
)
def test_an_answer_of_another_shape_is_an_error_that_says_the_shape(answer: Any, brand: Brand, settings: Any) -> None:
    settings.CLOPOS = {"SCOPE": lambda _: answer}

    with pytest.raises(ImproperlyConfigured, match='from the slug of a brand to "all" or a list of Clopos ids'):
        find_scope(make_user())


def decide_by_name(user: Any) -> dict[str, object]:
    """Stand for a site's own function."""
    return {user.username: "all"}


def test_the_setting_may_be_a_dotted_path_and_rules_superusers_too(brand: Brand, settings: Any) -> None:
    settings.CLOPOS = {"SCOPE": f"{__name__}.decide_by_name"}
    allow(clerk := make_user(), brand)

    assert find_scope(User.objects.create_superuser("first")) == Scope(brands=frozenset({brand.pk}))
    assert find_scope(clerk) == NOTHING


def test_an_answer_is_kept_for_one_request(brand: Brand) -> None:
    user = allow(make_user(), brand)
    request = RequestFactory().get("/")
    request.user = user

    first = find_viewer_of(request)
    with CaptureQueriesContext(connection) as queries:
        again = find_viewer_of(request)
    BrandAccess.objects.all().delete()
    later = RequestFactory().get("/")
    later.user = user

    assert (again, len(queries)) == (first, 0)
    assert find_viewer_of(later).scope == NOTHING


def test_an_answer_is_not_kept_for_another_user_of_the_same_request(brand: Brand) -> None:
    request = RequestFactory().get("/")
    request.user = allow(make_user(), brand)
    find_viewer_of(request)

    request.user = AnonymousUser()

    assert find_viewer_of(request).scope == NOTHING


def test_rows_without_a_scope_are_an_error() -> None:
    request = RequestFactory().get("/")
    request.user = make_user()

    with pytest.raises(TypeError, match="User has no scope"):
        show_rows(User.objects.all(), request)
