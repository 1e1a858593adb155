"""`--all-brands`: every active brand has its turn, whatever happens to another one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import pre_save

from django_clopos.models import Brand, Customer, SyncRun
from django_clopos.sandbox import Sandbox, serve
from django_clopos.sync.clock import after
from tests.commands.conftest import Run

pytestmark = pytest.mark.django_db

SLUGS = ("first", "second", "third")


@pytest.fixture
def chain(db: None) -> Iterator[Sandbox]:
    """Three brands on one socket, each in the database with its own credentials."""
    sandbox = Sandbox(brands=SLUGS, days=1, receipts_per_day=2, requests_per_window=10**6)
    with serve(sandbox, port=0) as server:
        for slug in SLUGS:
            given = sandbox.credentials(slug)
            Brand.objects.create(
                slug=slug,
                base_url=server.url,
                client_id=given.client_id,
                client_secret=given.client_secret,
                integrator_id=given.integrator_id,
            )
        yield sandbox


def read_results(text: str) -> dict[str, str]:
    """Give the result of each brand in the table at the end."""
    lines = text[text.rindex("brand  ") :].splitlines()[2:]
    return {line.split()[0]: line.split()[1] for line in lines if line.strip()}


def test_every_active_brand_is_synced(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="third").update(is_active=False)
    result = run("clopos_sync", "customers", "--all-brands")
    assert (result.status, result.error) == (0, "")
    assert read_results(result.stdout) == {"first": "succeeded", "second": "succeeded"}
    assert set(Customer.objects.values_list("brand__slug", flat=True)) == {"first", "second"}


def test_a_brand_that_fails_stops_no_other_and_exits_with_3(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="first").update(client_id="wrong")
    result = run("clopos_sync", "customers", "--all-brands")
    assert (result.status, result.error) == (3, "1 of 3 brands did not succeed: first.")
    assert read_results(result.stdout) == {"first": "failed", "second": "succeeded", "third": "succeeded"}
    assert "Check CLOPOS_BRAND, CLOPOS_CLIENT_ID and CLOPOS_CLIENT_SECRET" in result.stdout


def test_a_brand_without_credentials_stops_no_other(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="second").update(client_id="")
    assert run("clopos_sync", "customers", "--all-brands").status == 3
    assert set(Customer.objects.values_list("brand__slug", flat=True)) == {"first", "third"}


def test_an_unforeseen_error_stops_no_other_and_is_not_quoted(
    chain: Sandbox, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(instance: SyncRun, **_: Any) -> None:
        if instance.brand.slug == "first":
            raise MemoryError("+994 50 000 00 00")

    pre_save.connect(refuse, sender=SyncRun)
    try:
        result = run("clopos_sync", "customers", "--all-brands")
    finally:
        pre_save.disconnect(refuse, sender=SyncRun)
    assert result.status == 3
    assert "An unforeseen error (MemoryError)" in result.stdout
    assert "+994" not in result.stdout
    assert "first failed" in caplog.text
    assert set(Customer.objects.values_list("brand__slug", flat=True)) == {"second", "third"}


def test_where_every_brand_fails_it_exits_with_1(chain: Sandbox, run: Run) -> None:
    Brand.objects.update(client_id="wrong")
    result = run("clopos_sync", "customers", "--all-brands")
    assert (result.status, result.error) == (1, "3 of 3 brands did not succeed: first, second, third.")


def test_a_brand_that_succeeds_in_part_is_neither(chain: Sandbox, run: Run) -> None:
    for slug in SLUGS:
        chain.brand(slug).module_off.add("stations")
    result = run("clopos_sync", "customers", "stations", "--all-brands")
    assert result.status == 3
    assert set(read_results(result.stdout).values()) == {"partly"}


def test_json_is_a_list_with_an_object_for_each_brand(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="first").update(client_id="")
    result = run("clopos_sync", "customers", "--all-brands", "--json")
    assert result.status == 3
    told = json.loads(result.stdout)
    assert [(brand["brand"], brand["status"]) for brand in told] == [
        ("first", "failed"),
        ("second", "succeeded"),
        ("third", "succeeded"),
    ]
    assert "CLOPOS_CLIENT_ID" in told[0]["error"]
    assert told[1]["created"] == Customer.objects.filter(brand__slug="second").count() > 0


def test_a_brand_on_hold_is_tried_and_its_success_ends_the_hold(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="first").update(held_until=after(timedelta(hours=6)), holds=9, hold_reason="x")
    assert run("clopos_sync", "customers", "--all-brands").status == 0
    brand = Brand.objects.get(slug="first")
    assert (brand.held_until, brand.holds) == (None, 0)


def test_all_brands_and_one_brand_exclude_each_other(chain: Sandbox, run: Run) -> None:
    result = run("clopos_sync", "--all-brands", "--brand", "first")
    assert result.status == 1
    assert "not allowed with argument" in result.error


def test_without_an_active_brand_it_says_so(run: Run) -> None:
    result = run("clopos_sync", "--all-brands")
    assert (result.status, result.error) == (1, "No brand is active. Add one in the admin, or switch one on.")


def test_every_brand_is_verified(chain: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers", "--all-brands")
    assert run("clopos_verify", "customers", "--all-brands").status == 0
    Brand.objects.filter(slug="third").update(client_id="wrong")
    chain.remove("first", "customers", chain.documents("first", "customers")[0]["id"])
    result = run("clopos_verify", "customers", "--all-brands")
    assert result.status == 3
    assert read_results(result.stdout) == {"first": "partly", "second": "succeeded", "third": "failed"}


def test_every_brand_is_checked(chain: Sandbox, run: Run) -> None:
    Brand.objects.filter(slug="second").update(client_id="wrong")
    result = run("clopos_check", "--all-brands")
    assert result.status == 3
    assert read_results(result.stdout) == {"first": "succeeded", "second": "failed", "third": "succeeded"}


def test_missing_tables_are_said_once(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'django_clopos' AND name >= '0004'")
    result = run("clopos_sync", "--all-brands")
    assert (result.status, result.stdout) == (1, "")
    assert "Run `manage.py migrate`." in result.error
