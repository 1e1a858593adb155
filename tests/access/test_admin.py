"""Brands, their access and their jobs in the admin: nobody sees a credential or gives more than they have."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_clopos.models import Brand, BrandAccess, Receipt, Schedule
from django_clopos.testing import make_receipt
from tests.access.conftest import allow, list_of, make_user, page_of, read, sign_in

pytestmark = pytest.mark.django_db

ADD = "admin:django_clopos_brandaccess_add"


def permit(user: User, *codenames: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def editor(brand: Brand) -> User:
    """Somebody who may edit access, and sees the first brand."""
    return permit(allow(make_user("editor"), brand), "add_brandaccess", "change_brandaccess", "delete_brandaccess")


def post_access(client: Client, user: User, brand: Brand, venues: str = "[]") -> Any:
    return client.post(reverse(ADD), {"user": user.pk, "brand": brand.pk, "venues": venues})


def test_access_is_added_and_written_down(brand: Brand, editor: User) -> None:
    clerk = make_user()

    assert post_access(sign_in(editor), clerk, brand, "[2]").status_code == 302

    access = BrandAccess.objects.get(user=clerk)
    assert (access.brand, access.venues, str(access)) == (brand, [2], "clerk: first, venues 2")
    assert LogEntry.objects.get().object_id == str(access.pk)


def test_a_venue_that_the_brand_does_not_have_is_refused(brand: Brand, editor: User) -> None:
    page = post_access(sign_in(editor), make_user(), brand, "[1, 11]").content.decode()

    assert "The brand has no venue 11. It has: 1 (venue-1-of-first), 2 (venue-2-of-first)." in page
    assert BrandAccess.objects.count() == 1


def test_nobody_gives_access_to_a_brand_that_they_do_not_see(brand: Brand, other_brand: Brand, editor: User) -> None:
    client = sign_in(editor)

    assert post_access(client, make_user(), other_brand).status_code == 200
    assert not BrandAccess.objects.filter(brand=other_brand)
    assert "second" not in read(client, reverse(ADD))


def test_whoever_sees_a_venue_gives_access_to_nothing(brand: Brand, editor: User) -> None:
    BrandAccess.objects.filter(user=editor).update(venues=[1])
    client = sign_in(editor)

    assert post_access(client, editor, brand).status_code == 200
    assert client.get(page_of(BrandAccess.objects.get())).status_code == 302


def test_access_is_not_changed_without_the_permission(brand: Brand) -> None:
    user = allow(make_user(), brand)

    assert post_access(sign_in(user), make_user("other"), brand).status_code == 403
    assert sign_in(user).post(page_of(BrandAccess.objects.get()), {}).status_code == 403


def test_every_venue_is_said_in_words(brand: Brand, editor: User) -> None:
    allow(make_user(), brand, 1)
    page = read(sign_in(editor), list_of(BrandAccess))

    assert (">every venue<" in page, ">1<" in page) == (True, True)


@pytest.fixture
def secretive(brand: Brand) -> Brand:
    """The first brand with credentials."""
    brand.client_id, brand.client_secret, brand.integrator_id = "the-client-id", "the-secret", "the-integrator"
    brand.save()
    return brand


def test_credentials_are_shown_only_to_whoever_may_change_the_brand(secretive: Brand) -> None:
    looker = sign_in(allow(make_user("looker"), secretive))
    changer = sign_in(permit(allow(make_user("changer"), secretive), "change_brand"))

    for word in ("the-client-id", "the-integrator", "the-secret", "Credentials"):
        assert word not in read(looker, page_of(secretive))
    page = read(changer, page_of(secretive))
    assert ("the-client-id" in page, "the-secret" in page) == (True, False)


def test_a_brand_is_not_changed_by_whoever_sees_some_venues_of_it(secretive: Brand) -> None:
    client = sign_in(permit(allow(make_user(), secretive, 1), "change_brand", "change_schedule"))
    job = Schedule.objects.create(brand=secretive, work="poll", resource="orders")

    assert "the-client-id" not in read(client, page_of(secretive))
    assert client.post(page_of(secretive), {"slug": "changed"}).status_code == 403
    assert client.post(page_of(job), {"is_paused": "on"}).status_code == 403


def test_a_brand_out_of_scope_has_no_page(secretive: Brand, other_brand: Brand) -> None:
    client = sign_in(permit(allow(make_user(), secretive), "change_brand"))

    assert client.get(page_of(other_brand)).status_code == 302
    assert client.post(page_of(other_brand), {"slug": "changed"}).status_code == 302
    assert "second" not in read(client, list_of(Brand))
    assert Brand.objects.filter(slug="second").exists()


@pytest.mark.parametrize("venues", [(), (1,)], ids=str)
def test_a_scope_costs_a_list_a_constant_number_of_queries(venues: tuple[int, ...], brand: Brand) -> None:
    client = sign_in(allow(make_user(), brand, *venues))
    counts = []
    for number in (2, 10):
        for _ in range(number):
            make_receipt(brand, venue=1, customer=1, lines=[{"price": 1}])
        for address in (list_of(Receipt), "/api/first/receipts/"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))

    # Beside those of a superuser: the permissions of the user and of their groups, and the access.
    asks_planner = connection.vendor == "postgresql"
    assert counts[:2] == counts[2:] == [11 + asks_planner, 14]


def test_lines_in_the_api_are_masked_and_complete_for_a_venue(brand: Brand) -> None:
    receipt = make_receipt(
        brand, venue=1, lines=[{"price": 1, "modificators": [{"note": "for Aysel"}]}], payments=[{"amount": 1}]
    )
    client = sign_in(allow(make_user(), brand, 1))

    body = client.get(f"/api/first/receipts/{receipt.clopos_id}/").json()

    assert body["receipt_products"][0]["modificators"] == [{"note": "•••"}]
    assert len(body["payments"]) == 1
