"""What holds for every resource: list, detail, permissions, brands, a constant number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from django_clopos.mirror import RESOURCES, Resource
from django_clopos.models import Brand, BrandAccess
from django_clopos.models.base import BRAND_SPAN, KeyedModel
from django_clopos.models.fields import MirrorForeignKey
from tests.api.filling import fill

EVERY = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
KEYED = pytest.mark.parametrize(
    "resource",
    [resource for resource in RESOURCES if issubclass(resource.table.model, KeyedModel)],
    ids=lambda resource: resource.name,
)


@EVERY
def test_a_list_shows_rows_in_clopos_ids(resource: Resource, api: Any, brand: Brand) -> None:
    (row,) = fill(resource, brand)

    body = api.get(f"/api/first/{resource.name}/").json()

    assert body["count"] == 1
    (answer,) = body["results"]
    assert answer.get("id") == getattr(row, "clopos_id", None)
    for field in resource.table.model._meta.concrete_fields:
        if isinstance(field, MirrorForeignKey):
            assert answer[field.attname] == 1
    assert not {"raw", "content_hash", "brand"} & answer.keys()


@EVERY
def test_every_column_of_the_remote_is_spoken(resource: Resource, api: Any, brand: Brand) -> None:
    fill(resource, brand)

    (answer,) = api.get(f"/api/first/{resource.name}/").json()["results"]

    columns = {field.attname for field in resource.table.model._meta.concrete_fields}
    assert columns - {"brand_id", "clopos_id", "raw", "content_hash"} <= answer.keys() | {"id"}
    for child in resource.table.children:
        (children,) = [value for value in answer.values() if _are_rows_of(child.model, value)]
        assert len(children) == 2


def _are_rows_of(model: Any, value: Any) -> bool:
    own = {field.attname for field in model._meta.concrete_fields} - {"id", "brand_id", "clopos_id"}
    return isinstance(value, list) and len(own - value[0].keys()) == 1  # all but the parent


@KEYED
def test_a_row_is_found_by_its_clopos_id(resource: Resource, api: Any, brand: Brand) -> None:
    (row,) = fill(resource, brand)

    with CaptureQueriesContext(connection) as queries:
        answer = api.get(f"/api/first/{resource.name}/{row.clopos_id}/")

    # Session, user, brand, key, row, each kind of children, and three for how fresh it is.
    assert len(queries) == 8 + len(resource.table.children)
    assert answer.status_code == 200
    assert answer.json()["id"] == row.clopos_id
    assert answer.json() == api.get(f"/api/first/{resource.name}/").json()["results"][0]


@EVERY
def test_a_stranger_is_refused(resource: Resource, brand: Brand) -> None:
    fill(resource, brand)

    for address in (f"/api/first/{resource.name}/", f"/api/nobody/{resource.name}/", f"/api/first/{resource.name}/1/"):
        assert APIClient().get(address).status_code in {401, 403}


@EVERY
def test_a_user_needs_the_view_permission(resource: Resource, brand: Brand) -> None:
    fill(resource, brand)
    user = User.objects.create_user("reader")
    BrandAccess.objects.create(user=user, brand=brand)
    client = APIClient()
    client.force_login(user)
    addresses = [f"/api/first/{resource.name}/"]
    if issubclass(resource.table.model, KeyedModel):
        addresses.append(f"/api/first/{resource.name}/1/")
    before = [client.get(address).status_code for address in addresses]

    model_name = resource.table.model._meta.model_name
    user.user_permissions.add(
        Permission.objects.get(codename=f"view_{model_name}", content_type__app_label="django_clopos")
    )

    assert set(before) == {403}
    assert {client.get(address).status_code for address in addresses} == {200}


@EVERY
def test_another_brands_rows_never_appear(resource: Resource, api: Any, brand: Brand, other_brand: Brand) -> None:
    fill(resource, brand)
    fill(resource, other_brand, rows=3)

    assert api.get(f"/api/first/{resource.name}/").json()["count"] == 1
    assert api.get(f"/api/first/{resource.name}/3/").status_code == 404
    assert api.get(f"/api/first/{resource.name}/{BRAND_SPAN + 3}/").status_code == 404


@EVERY
def test_removed_rows_show_on_demand(resource: Resource, api: Any, brand: Brand) -> None:
    fill(resource, brand, removed_at=timezone.now())

    hidden = api.get(f"/api/first/{resource.name}/").json()
    shown = api.get(f"/api/first/{resource.name}/?removed=true").json()

    assert hidden["count"] == 0
    assert shown["count"] == 1
    assert shown["results"][0]["removed_at"]


@KEYED
def test_a_removed_row_is_found_on_demand(resource: Resource, api: Any, brand: Brand) -> None:
    fill(resource, brand, removed_at=timezone.now())

    assert api.get(f"/api/first/{resource.name}/1/").status_code == 404
    assert api.get(f"/api/first/{resource.name}/1/?removed=true").status_code == 200


@EVERY
def test_a_list_takes_as_many_queries_for_fifty_rows_as_for_five(resource: Resource, api: Any, brand: Brand) -> None:
    fill(resource, brand, rows=5)
    few = _count_queries(api, resource)
    fill(resource, brand, rows=45, first=6)
    many = _count_queries(api, resource)

    # Session, user, brand, count, keys, rows, each kind of children, and three for how fresh it is.
    assert many == few == 9 + len(resource.table.children)


def _count_queries(api: Any, resource: Resource) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(f"/api/first/{resource.name}/").status_code == 200
    return len(queries)


@EVERY
def test_pages_are_ordered_by_id(resource: Resource, api: Any, brand: Brand) -> None:
    model = resource.table.model
    key = "id" if issubclass(model, KeyedModel) else "product_id"
    fill(resource, brand, rows=3)

    start = api.get(f"/api/first/{resource.name}/?page_size=2").json()
    rest = api.get(start["next"]).json()

    assert [row[key] for row in start["results"] + rest["results"]] == [1, 2, 3]
    assert (start["count"], rest["next"]) == (3, None)
