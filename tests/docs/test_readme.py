"""What the README promises is there: settings, flags, examples that run, files that it links to."""

from __future__ import annotations

import dataclasses
import re
from argparse import ArgumentParser
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import load_command_class
from django.test import RequestFactory
from django.utils import timezone

from django_clopos import signals
from django_clopos.access import NOTHING, Scope, find_scope
from django_clopos.conf import ENVIRONMENT, Settings
from django_clopos.management.commands import clopos_sync
from django_clopos.models import Brand, BrandAccess, Change, Checkpoint, Customer, Order, Product
from django_clopos.testing import make, make_brand, make_receipt

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- tested -->\n```python\n(.*?)```", README, re.DOTALL)


def list_flags(command: str) -> list[str]:
    """Give the command's own flags, those of every Django command left out."""
    parser: ArgumentParser = load_command_class("django_clopos", command).create_parser("manage.py", command)
    common: ArgumentParser = load_command_class("django.core", "sendtestemail").create_parser("", "")
    inherited = set(common._option_string_actions)
    return [flag for flag in parser._option_string_actions if flag not in inherited]


@pytest.mark.parametrize("key", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_has_a_line_with_its_variable_and_its_default(key: str) -> None:
    line = re.search(rf"^\| `{key}` \|.*$", README, re.MULTILINE)
    assert line
    _, _, variable, default, _, _ = (cell.strip() for cell in line[0].split("|"))
    assert variable.strip("`") == ENVIRONMENT.get(key, "")
    value = getattr(Settings(), key)
    assert default.strip('`"') == ("the production address" if key == "BASE_URL" else str(value))


@pytest.mark.parametrize(
    "command",
    [
        "clopos_sync",
        "clopos_check",
        "clopos_status",
        "clopos_rebuild",
        "clopos_retry_rejected",
        "clopos_prune",
        "clopos_forget",
    ],
)
def test_every_flag_is_named_under_its_command(command: str) -> None:
    section = README.partition(f"### {command}")[2].partition("\n### ")[0]
    flags = list_flags(command)
    assert "--brand" in flags
    for flag in flags:
        assert flag in section, flag


def test_every_flag_that_the_readme_names_exists() -> None:
    section = README.partition("### clopos_sync")[2].partition("\n### ")[0]
    named = set(re.findall(r"`(--[a-z-]+)", section))
    assert named == set(list_flags("clopos_sync"))


@pytest.mark.parametrize(
    "status", [0, clopos_sync.FAILED, clopos_sync.PARTIAL, clopos_sync.INTERRUPTED], ids="status {}".format
)
def test_every_exit_status_has_a_line(status: int) -> None:
    assert re.search(rf"^\| {status} \| \w+", README, re.MULTILINE)


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) >= 2
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_sections_that_the_checks_point_to_are_there() -> None:
    assert "\n## Settings\n" in README
    assert "\n## SQLite\n" in README
    assert "\n## Who sees what\n" in README


@pytest.mark.django_db
def test_the_example_queries_run() -> None:
    brand = make_brand("your-brand")
    make_receipt(brand, clopos_id=4711, lines=[{"price": "4.50", "count": 2}], shift_date="2026-01-19")
    names: dict[str, Any] = {}
    exec(EXAMPLES[0], names)
    assert [(str(row["shift_date"]), row["sold"], row["receipts"]) for row in names["per_day"]] == [
        ("2026-01-19", 9, 1)
    ]
    assert [(row["product__name"], row["count"]) for row in names["best"]] == [(None, 2)]
    assert names["one"].clopos_id == 4711


@pytest.mark.django_db
def test_the_examples_of_history_run() -> None:
    brand = make_brand("your-brand")
    began = timezone.now() - timedelta(days=2)
    latte = make(Product, brand=brand, clopos_id=17, price="4.50", first_seen_at=began)
    Checkpoint.objects.create(brand=brand, resource="products", name="history", value=began.isoformat())
    change: dict[str, Any] = {"brand": brand, "resource": "products", "table": "Product", "row_id": latte.pk}
    Change.objects.create(
        seq=1, kind="updated", before={"price": 4}, after={"price": 4.5}, changed_at=timezone.now(), **change
    )
    names: dict[str, Any] = {}
    exec(EXAMPLES[1], names)
    assert [price for _, price in names["prices"]] == [4, Decimal("4.5")]
    assert [row.price for row in names["yesterday"]] == [4]
    assert [row.seq for row in names["read_news"](0)] == [1]
    assert not names["read_news"](1)


@pytest.mark.django_db
def test_the_example_receiver_is_told_of_new_orders(capsys: pytest.CaptureFixture[str]) -> None:
    brand: Brand = make_brand()
    make(Order, brand=brand, clopos_id=5, customer_name="Aysel")
    names: dict[str, Any] = {}
    exec(EXAMPLES[2], names)
    try:
        signals.rows_changed.send(sender=Order, brand=brand, created=[5])
    finally:
        assert signals.rows_changed.disconnect(names["announce_orders"], sender=Order)
    assert capsys.readouterr().out == "New order 5 for Aysel\n"


@pytest.mark.django_db
def test_the_example_of_a_scope_gives_what_the_setting_takes(settings: Any) -> None:
    names: dict[str, Any] = {}
    exec(EXAMPLES[3], names)
    settings.CLOPOS = {"SCOPE": names["find_scope"]}
    brand = make_brand("your-brand")
    users = {group: User.objects.create(username=group) for group in ("Office", "Managers", "Guests")}
    for name, user in users.items():
        user.groups.add(Group.objects.create(name=name))
    scopes = {name: find_scope(user) for name, user in users.items()}
    assert scopes == {
        "Office": Scope(brands=frozenset({brand.pk})),
        "Managers": Scope(venues={brand.pk: frozenset({1})}),
        "Guests": NOTHING,
    }


@pytest.mark.django_db
def test_the_examples_of_a_site_s_own_views_run(rf: RequestFactory) -> None:
    names: dict[str, Any] = {}
    exec(EXAMPLES[4], names)
    brand = make_brand("your-brand")
    customer = make(Customer, brand=brand, name="Aysel", phone="+994500000417")
    make_receipt(brand, customer=customer)
    clerk = User.objects.create(username="clerk")
    BrandAccess.objects.create(user=clerk, brand=brand)
    answers = {}
    for user in (clerk, User.objects.create_superuser("root"), User.objects.create(username="nobody")):
        request = rf.get("/")
        request.user = user
        customers = [str(receipt.customer) for receipt in names["list_receipts"](request)]
        found = len(names["find_by_phone"](request, "+994500000417"))
        answers[user.username] = (customers, found, names["count_receipts"](user))
    assert answers == {
        "clerk": ([f"customer {customer.clopos_id}"], 0, 1),
        "root": (["Aysel"], 1, 1),
        "nobody": ([], 0, 0),
    }


@pytest.mark.django_db
def test_the_example_of_the_reports_runs() -> None:
    brand = make_brand("your-brand")
    line = {"product_name": "Latte", "product": 17, "price": "4.50", "count": 2, "cost": 4}
    make_receipt(brand, venue=1, status=2, lines=[line], shift_date="2026-01-19")
    make_receipt(brand, venue=1, status=2, total=1, shift_date="2025-12-31")
    names: dict[str, Any] = {}
    exec(EXAMPLES[5], names)
    assert names["more"] == 8
    assert names["best"] == [("Latte", 9, 5)]
    assert names["z_report"].sales.net_sales == 9


@pytest.mark.django_db
def test_the_example_of_the_factories_runs() -> None:
    names: dict[str, Any] = {}
    exec(EXAMPLES[6], names)
    names["latte"].refresh_from_db()
    assert names["latte"].name == "Latte, small"


def test_no_example_is_left_out() -> None:
    assert len(EXAMPLES) == README.count("<!-- tested -->") == 7
