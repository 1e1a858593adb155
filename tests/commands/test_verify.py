"""`clopos_verify`: what it prints, what it costs, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import load_command_class

from django_clopos.models import Customer, Reconciliation
from django_clopos.models.base import allow_writes
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.commands.conftest import Run
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


def lose_a_customer() -> int:
    row = Customer.objects.order_by("pk")[0]
    with allow_writes():
        row.delete()
    return int(row.clopos_id)


@pytest.mark.parametrize("flags", [(), ("--deep",)])
def test_equal_after_a_sync(flags: tuple[str, ...], live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    result = run("clopos_verify", *flags)
    assert (result.status, result.error) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Comparing ")
    assert " requests, less than a minute." in lines[0]
    assert lines[-1] == "Local equals remote."
    assert any(line.startswith("receipts ") and line.endswith("  equal") for line in lines)
    assert "stock-operations" not in result.stdout


def test_a_difference_is_named_and_exits_with_3(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    lost = lose_a_customer()
    result = run("clopos_verify", "customers")
    assert result.status == 3
    assert f"1 not here ({lost})" in result.stdout
    assert result.error == "1 of 1 comparisons differ. `--heal` reads again what differs."


def test_heal_brings_it_back_and_exits_with_0(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    lost = lose_a_customer()
    result = run("clopos_verify", "customers", "--heal")
    assert (result.status, result.error) == (0, "")
    assert any(line.startswith("customers") and line.endswith("healed") for line in result.stdout.splitlines())
    assert Customer.objects.filter(clopos_id=lost).exists()
    row = Reconciliation.objects.get()
    assert (row.is_equal, row.is_healed, row.differences) == (False, True, {"missing": [lost]})


def test_what_could_not_be_compared_exits_with_1(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers", "stations")
    live.brand(SLUG).module_off.add("stations")
    result = run("clopos_verify", "customers", "stations")
    assert result.status == 1
    assert "stations: could not be compared. GET stations" in result.stdout
    assert result.error == "1 of 2 comparisons could not be made."
    assert Reconciliation.objects.exclude(error="").get().resource == "stations"


def test_nobody_there_exits_with_1(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    live.faults.add(Fault(FaultKind.RESET, path="customers", times=None))
    result = run("clopos_verify", "customers")
    assert result.status == 1
    assert result.error == "1 of 1 comparisons could not be made."


def test_json_is_all_that_is_printed(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    lost = lose_a_customer()
    result = run("clopos_verify", "customers", "--json")
    assert result.status == 3
    told = json.loads(result.stdout)
    assert (told["brand"], told["different"], told["failed"]) == (SLUG, 1, 0)
    (comparison,) = told["comparisons"]
    assert (comparison["resource"], comparison["differences"]) == ("customers", {"missing": [lost]})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("costumers",), "Did you mean customers?"),
        (("stock-operations",), "has no list of its own"),
        (("--days", "0"), "--days must be 1 to 3660."),
        ((), "Nothing of 'demo' is mirrored yet. Run `manage.py clopos_sync` first."),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], sentence: str, live: Sandbox, run: Run) -> None:
    result = run("clopos_verify", *arguments)
    assert result.status == 1
    assert sentence in result.error
    assert not Reconciliation.objects.exists()


def test_every_flag_is_in_the_readme() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### clopos_verify")[2].partition("\n### ")[0]
    named = set(re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE))
    parser = load_command_class("django_clopos", "clopos_verify").create_parser("manage.py", "clopos_verify")
    common = load_command_class("django.core", "sendtestemail").create_parser("", "")
    assert named == set(parser._option_string_actions) - set(common._option_string_actions)
