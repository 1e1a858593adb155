"""`clopos_check`: each thing that can be wrong, and the sentence that says what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import override_settings

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Drift, SyncRun
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.commands.conftest import Run, find_closed_port
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


def test_what_works_is_said_for_every_resource(live: Sandbox, run: Run) -> None:
    result = run("clopos_check")
    assert (result.status, result.error) == (0, "")
    venues = "; ".join(f"{venue['id']} {venue['name']}" for venue in live.documents(SLUG, "venues"))
    assert f"venues: {venues}\n" in result.stdout
    for resource in RESOURCES:
        assert (f"ok    {resource.name}: answers, total " in result.stdout) is not resource.is_opt_in
    assert "FAIL" not in result.stdout
    assert result.stdout.endswith("Everything works. Run `manage.py clopos_sync` to mirror the data.\n")


def test_a_check_writes_nothing(live: Sandbox, run: Run) -> None:
    run("clopos_check")
    assert not Brand.objects.exists()
    assert not SyncRun.objects.exists()


def test_a_server_that_is_not_there(live: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_BASE_URL", f"http://127.0.0.1:{find_closed_port()}/open-api/v2")
    result = run("clopos_check")
    assert result.status == 1
    assert "FAIL  access: POST auth: no connection could be made" in result.stdout
    assert "Check the network and CLOPOS_BASE_URL." in result.stdout
    assert result.error == "1 check failed; see above."


def test_a_server_that_dies_in_the_middle_is_told_once(live: Sandbox, run: Run) -> None:
    live.faults.add(Fault(FaultKind.RESET, path="users", times=None))
    result = run("clopos_check")
    assert result.status == 1
    assert result.stdout.count("FAIL") == 1
    assert "FAIL  access: GET users: " in result.stdout


@pytest.mark.parametrize("name", ["CLOPOS_CLIENT_ID", "CLOPOS_CLIENT_SECRET", "CLOPOS_BRAND"])
def test_wrong_credentials(name: str, live: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "wrong-5d20")
    result = run("clopos_check")
    assert result.status == 1
    assert "Check CLOPOS_BRAND, CLOPOS_CLIENT_ID and CLOPOS_CLIENT_SECRET against the back office" in result.stdout


def test_a_wrong_integrator(live: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_INTEGRATOR_ID", "wrong-5d20")
    result = run("clopos_check")
    assert result.status == 1
    assert "Invalid integrator_id" in result.stdout
    assert "CLOPOS_INTEGRATOR_ID" in result.stdout


@pytest.mark.parametrize("modes", [("test", "live"), ("live", "test")])
def test_test_and_production_mixed(modes: tuple[Any, Any], live: Sandbox, run: Run) -> None:
    brand = live.brand(SLUG)
    brand.integrator_mode, brand.mode = modes
    result = run("clopos_check")
    assert result.status == 1
    assert (
        "Use the production integrator id with a production brand and the test one with a test brand" in result.stdout
    )


def test_the_open_api_module_off(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).disabled = True
    result = run("clopos_check")
    assert result.status == 1
    assert "Switch the Open API add-on on in the Clopos back office." in result.stdout


def test_one_module_off_fails_its_resource_only(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).module_off.add("stations")
    result = run("clopos_check")
    assert result.status == 1
    assert "FAIL  stations: GET stations: " in result.stdout
    assert "Switch the module on in the Clopos back office (Add-ons)." in result.stdout
    assert "ok    receipts: answers" in result.stdout
    assert result.error == "1 check failed; see above."


def test_tables_that_are_not_migrated(live: Sandbox, run: Run, transactional_db: None) -> None:
    call_command("migrate", "django_clopos", "zero", verbosity=0)
    try:
        for command in ("clopos_check", "clopos_sync"):
            result = run(command)
            assert result.status == 1
            assert (
                "The tables of django_clopos are not up to date. Run `manage.py migrate`."
                in result.stdout + result.error
            )
    finally:
        call_command("migrate", "django_clopos", verbosity=0)
    assert not live.requests


def test_no_configuration_at_all(run: Run) -> None:
    result = run("clopos_check")
    assert result.status == 1
    assert "FAIL  configuration: No brand is configured. Set CLOPOS_BASE_URL, CLOPOS_BRAND" in result.stdout


def test_an_inactive_brand(live: Sandbox, run: Run) -> None:
    Brand.objects.create(slug=SLUG, is_active=False)
    result = run("clopos_check")
    assert result.status == 1
    assert "demo is inactive and will not be synced. Switch it on in the admin." in result.stdout
    assert "ok    receipts" in result.stdout


def test_a_settings_key_that_does_not_exist_is_found_before_the_command_runs() -> None:
    with override_settings(CLOPOS={"TRAILING_DAY": 30}), pytest.raises(CommandError) as caught:
        call_command("clopos_check", skip_checks=False)
    assert "CLOPOS has no key 'TRAILING_DAY'. Did you mean TRAILING_DAYS?" in str(caught.value)
    assert "See the README, section Settings." in str(caught.value)


def test_a_clock_that_is_wrong(live: Sandbox, run: Run) -> None:
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=ZoneInfo("Asia/Baku"))):
        live.clock = lambda: 1_900_000_000.0
        result = run("clopos_check")
    assert "FAIL  clock: this machine is +" in result.stdout
    assert "Turn on time synchronisation." in result.stdout


def test_rejected_rows_and_drift_are_notes_and_no_failure(live: Sandbox, run: Run) -> None:
    live.change(SLUG, "customers", live.documents(SLUG, "customers")[0]["id"], star_sign="Aries")
    live.faults.add(Fault(FaultKind.MALFORMED_ROW, path="products"))
    run("clopos_sync", "customers", "products")
    result = run("clopos_check")
    assert result.status == 0
    assert "note  1 rejected row in RejectedRow, each with its reason." in result.stdout
    assert Drift.objects.filter(path="star_sign").exists()
    assert "note  customers: unknown key star_sign, 1 time, such as " in result.stdout
