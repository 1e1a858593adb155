"""The form of a brand: everything can be edited, and the secret never comes out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos.models import Brand, Schedule
from django_clopos.schedule.rows import make_rows
from tests.admin.conftest import Get

SECRET = "s3cret-of-the-brand"
COLUMNS = {
    "slug": "first",
    "name": "First",
    "is_active": "on",
    "client_id": "client",
    "integrator_id": "integrator",
    "base_url": "",
    "remote_timezone": "Asia/Baku",
    "venue_timezones": "{}",
    "currency": "AZN",
}


@pytest.fixture
def post(admin_client: Any, brand: Brand) -> Any:
    """Send the form of the brand with some values changed."""
    address = reverse("admin:django_clopos_brand_change", args=[brand.pk])
    return lambda **values: admin_client.post(address, {**COLUMNS, "client_secret": "", **values})


def read_brand() -> Brand:
    return Brand.objects.get()


def test_a_brand_is_added_with_its_secret(admin_client: Any) -> None:
    answer = admin_client.post(reverse("admin:django_clopos_brand_add"), {**COLUMNS, "client_secret": SECRET})

    assert answer.status_code == 302
    assert (read_brand().slug, read_brand().client_secret) == ("first", SECRET)


def test_the_secret_is_never_shown(brand: Brand, get_page: Get, get_list: Get) -> None:
    brand.client_secret = SECRET
    brand.save()

    assert SECRET not in get_page(brand)
    assert SECRET not in get_list(Brand)


def test_a_refused_form_does_not_give_the_secret_back(post: Any) -> None:
    answer = post(client_secret=SECRET, currency="12")

    assert answer.status_code == 200
    assert SECRET not in answer.content.decode()


def test_an_empty_secret_keeps_the_stored_one(brand: Brand, post: Any) -> None:
    brand.client_secret = SECRET
    brand.save()

    assert post(currency="usd", remote_timezone="Asia/Tashkent").status_code == 302

    assert (read_brand().client_secret, read_brand().currency) == (SECRET, "USD")
    assert read_brand().remote_timezone == "Asia/Tashkent"
    assert "secret" not in LogEntry.objects.get().get_change_message().lower()


def test_a_new_secret_replaces_the_stored_one(brand: Brand, post: Any) -> None:
    brand.client_secret = SECRET
    brand.save()

    assert post(client_secret="another").status_code == 302

    assert read_brand().client_secret == "another"
    assert "secret" in LogEntry.objects.get().get_change_message().lower()
    assert "another" not in LogEntry.objects.get().change_message


def test_a_secret_of_another_key_can_be_replaced(brand: Brand, settings: Any) -> None:
    brand.client_secret = SECRET
    brand.save()
    settings.SECRET_KEY = "a key that came later"
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    address = reverse("admin:django_clopos_brand_change", args=[brand.pk])
    with pytest.raises(ImproperlyConfigured):
        read_brand()

    assert client.get(address).status_code == 200
    assert client.post(address, {**COLUMNS, "client_secret": "entered again"}).status_code == 302

    assert read_brand().client_secret == "entered again"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("currency", "manat"),
        ("currency", "A1N"),
        ("remote_timezone", "Baku"),
        ("venue_timezones", '{"3": "Mars"}'),
        ("venue_timezones", '{"3": 4}'),
        ("venue_timezones", '{"x": "Asia/Baku"}'),
        ("venue_timezones", "[]x"),
        ("venue_timezones", '["Asia/Baku"]'),
        ("slug", ""),
    ],
)
def test_a_value_that_would_stop_a_sync_is_refused(name: str, value: str, post: Any) -> None:
    answer = post(**{name: value})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert (read_brand().currency, read_brand().venue_timezones) == ("AZN", {})


def test_zones_of_venues_are_kept(post: Any) -> None:
    assert post(venue_timezones='{"3": "Asia/Tashkent"}').status_code == 302
    assert read_brand().venue_timezones == {"3": "Asia/Tashkent"}


def test_a_brand_cannot_be_deleted(brand: Brand, admin_client: Any) -> None:
    answer = admin_client.post(reverse("admin:django_clopos_brand_delete", args=[brand.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert read_brand() == brand


def test_the_list_tells_how_each_brand_stands_in_constant_queries(brand: Brand, get_list: Get) -> None:
    counts = []
    for number in range(2, 8, 5):
        for each in range(number):
            Brand.objects.create(slug=f"brand-{number}-{each}", is_active=bool(each % 2))
        make_rows()
        with CaptureQueriesContext(connection) as queries:
            get_list(Brand)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_list_tells_of_what_is_fresh_and_what_is_stale(brand: Brand, get_list: Get) -> None:
    assert "no worker keeps it fresh" in get_list(Brand)
    make_rows()
    now = timezone.now()
    Schedule.objects.update(succeeded_at=now - timedelta(minutes=2))
    assert '<td class="field-orders">2 min ago</td>' in get_list(Brand)
    Schedule.objects.filter(resource="receipts").update(succeeded_at=now - timedelta(days=5))
    page = get_list(Brand)
    assert '<span class="clopos-bad">STALE, 5 days ago</span>' in page
    assert "jobs are stale." in page
    Brand.objects.update(is_active=False)
    assert ('<td class="field-orders">-</td>' in (page := get_list(Brand)), "STALE" in page) == (True, False)
