"""`clopos_sync` over a real socket: what it says, what it stores, and with which status it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Customer, Product, Receipt, RejectedRow, StockOperation, SyncRun, Venue
from django_clopos.models.bookkeeping import COUNTS
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.commands.conftest import Run, find_closed_port
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db
PLAIN = [resource.name for resource in RESOURCES if not resource.is_opt_in]


def test_five_variables_are_enough(live: Sandbox, run: Run) -> None:
    result = run("clopos_sync")
    assert (result.status, result.error) == (0, "")
    brand = Brand.objects.get()
    assert (brand.slug, brand.remote_timezone, brand.currency) == (SLUG, "Asia/Baku", "AZN")
    assert Receipt.objects.count() == len(live.documents(SLUG, "receipts"))
    assert not StockOperation.objects.exists()
    assert SyncRun.objects.get().status == "succeeded"


def test_the_summary_has_a_line_for_every_resource_and_one_for_the_whole(live: Sandbox, run: Run) -> None:
    table = run("clopos_sync", "--no-progress").stdout.splitlines()
    assert table[0].split()[:3] == ["resource", "venue", "seen"]
    assert {line.split()[0] for line in table[2:-4]} == set(PLAIN)
    created = sum(int(line.split()[-8].replace(",", "")) for line in table[2:-4])
    assert table[-3].split()[0] == "total"
    assert int(table[-3].split()[2].replace(",", "")) == created > 0
    assert table[-1] == f"Succeeded. {created:,} rows changed."


def test_a_second_sync_says_that_nothing_changed(live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    result = run("clopos_sync")
    assert result.stdout.endswith("Succeeded. Nothing changed: no mirrored row was written.\n")
    assert "products: 113 seen, nothing changed" in result.stdout


def test_json_is_all_that_is_printed_and_adds_up(live: Sandbox, run: Run) -> None:
    report = json.loads(run("clopos_sync", "--json").stdout)
    assert report["status"] == "succeeded"
    assert report["brand"] == SLUG
    assert report["run"] == SyncRun.objects.get().pk
    assert {step["resource"] for step in report["steps"]} == set(PLAIN)
    for name in COUNTS:
        assert report[name] == sum(step[name] for step in report["steps"]), name


def test_every_request_is_accounted_for(live: Sandbox, run: Run) -> None:
    report = json.loads(run("clopos_sync", "customers", "products", "--json").stdout)
    assert report["requests"] == len(live.requests)


def test_only_what_is_named_is_read(live: Sandbox, run: Run) -> None:
    assert run("clopos_sync", "customers", "stations").status == 0
    assert Customer.objects.exists()
    assert not Product.objects.exists()
    assert [step.resource for step in SyncRun.objects.get().steps.all()] == ["customers", "stations"]


def test_stock_operations_are_read_when_named(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "receipts")
    assert run("clopos_sync", "stock-operations").status == 0
    assert StockOperation.objects.exists()


def test_a_venue_limits_what_is_read_venue_by_venue(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "venues")
    assert run("clopos_sync", "receipts", "--venue", "2").status == 0
    assert set(Receipt.objects.values_list("venue__clopos_id", flat=True)) == {2}


def test_a_venue_that_the_brand_does_not_have_is_refused_before_anything_is_read(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "venues")
    result = run("clopos_sync", "receipts", "--venue", "1", "--venue", "99")
    assert result.status == 1
    assert "no venue 99; it has 1, 2, 3." in result.error
    assert SyncRun.objects.count() == 1


def test_since_reads_the_named_days_only(live: Sandbox, run: Run) -> None:
    days = sorted({receipt["created_at"][:10] for receipt in live.documents(SLUG, "receipts")})
    result = run("clopos_sync", "receipts", "--since", days[-1], "--until", days[-1], "--json")
    wanted = [row for row in live.documents(SLUG, "receipts") if row["created_at"].startswith(days[-1])]
    assert Receipt.objects.count() == len(wanted) < len(live.documents(SLUG, "receipts"))
    assert {step["resource"] for step in json.loads(result.stdout)["steps"]} == {"venues", "receipts"}


def test_since_without_names_means_everything_with_dates(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "venues")
    report = json.loads(run("clopos_sync", "--since", "2026-01-01", "--json").stdout)
    assert {step["resource"] for step in report["steps"]} == {"orders", "receipts"}


def test_full_reads_again_what_a_plain_sync_passes_over(live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    plain = json.loads(run("clopos_sync", "receipts", "--json").stdout)
    full = json.loads(run("clopos_sync", "receipts", "--full", "--json").stdout)
    assert full["seen"] == len(live.documents(SLUG, "receipts"))
    assert full["requests"] > plain["requests"]
    assert (full["created"], full["updated"]) == (0, 0)


def test_a_dry_run_writes_nothing_and_says_what_would_change(live: Sandbox, run: Run) -> None:
    before = read_tables()
    result = run("clopos_sync", "--dry-run")
    assert result.status == 0
    assert "products: 113 seen, " in result.stdout
    assert "Dry run: nothing was written. " in result.stdout
    assert read_tables() == before


def test_a_dry_run_on_a_mirror_tells_the_one_row_that_differs(live: Sandbox, run: Run) -> None:
    run("clopos_sync")
    live.change(SLUG, "customers", live.documents(SLUG, "customers")[0]["id"], name="Renamed")
    before = read_tables()
    report = json.loads(run("clopos_sync", "customers", "--dry-run", "--json").stdout)
    assert (report["created"], report["updated"], report["dry_run"]) == (0, 1, True)
    assert read_tables() == before


def read_tables() -> dict[str, Any]:
    """Every row of every table but the request budget's: requests are made, and counted, in a dry run too."""
    contents = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("django_clopos_") and table != "django_clopos_requestbudget":
                cursor.execute(f'SELECT * FROM "{table}"')
                contents[table] = sorted(map(repr, cursor.fetchall()))
    assert len(contents) > 25
    return contents


def test_rejected_rows_are_warnings(live: Sandbox, run: Run) -> None:
    live.faults.add(Fault(FaultKind.MALFORMED_ROW, path="customers"))
    result = run("clopos_sync", "customers")
    assert result.status == 0
    assert "  warning: customers " in result.stdout
    assert "1 rows were rejected; they are kept in RejectedRow with their reasons." in result.stdout
    assert RejectedRow.objects.count() == 1


def test_a_site_can_make_rejected_rows_a_failure(live: Sandbox, run: Run) -> None:
    live.faults.add(Fault(FaultKind.MALFORMED_ROW, path="customers"))
    result = run("clopos_sync", "customers", "--fail-on-reject")
    assert result.status == 3
    assert "1 rows were rejected" in result.error
    assert run("clopos_sync", "customers", "--fail-on-reject").status == 0


def test_only_the_first_rejections_of_a_step_are_printed(live: Sandbox, run: Run) -> None:
    for number in range(8):
        live.insert(SLUG, "customers", {"id": 900_000 + number, "name": f"Guest{chr(0)}"})
    result = run("clopos_sync", "customers")
    assert result.stdout.count("rejected: ") == 5
    assert result.stdout.count("more rows were rejected; all are in RejectedRow.") == 1
    assert RejectedRow.objects.count() == 8


def test_a_step_that_fails_leaves_the_others_stored_and_the_run_partial(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).module_off.add("stations")
    result = run("clopos_sync", "stations", "customers")
    assert result.status == 3
    assert "stations: failed. GET stations: " in result.stdout
    assert "Switch the module on" in result.stdout
    assert Customer.objects.exists()
    assert SyncRun.objects.get().status == "partial"


def test_a_run_without_a_step_that_succeeded_has_failed(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).module_off.add("stations")
    result = run("clopos_sync", "stations")
    assert (result.status, SyncRun.objects.get().status) == (1, "failed")


def test_a_dead_server_is_one_sentence_and_a_recorded_run(
    live: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOPOS_BASE_URL", f"http://127.0.0.1:{find_closed_port()}/open-api/v2")
    result = run("clopos_sync", "--no-progress")
    assert result.status == 1
    assert "no connection could be made" in result.error
    assert result.error.endswith("Check the network and CLOPOS_BASE_URL.")
    assert "no connection could be made" not in result.stdout
    stored = SyncRun.objects.get()
    assert (stored.status, stored.error) == ("failed", result.error)
    assert stored.steps.count() == 1


def test_wrong_credentials_end_the_run_at_once(live: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_CLIENT_SECRET", "not-the-secret-7f31")
    result = run("clopos_sync")
    assert result.status == 1
    assert "Check CLOPOS_BRAND, CLOPOS_CLIENT_ID and CLOPOS_CLIENT_SECRET" in result.error
    assert "not-the-secret-7f31" not in result.error + result.stdout
    assert (SyncRun.objects.get().status, SyncRun.objects.get().steps.count()) == ("failed", 1)


def test_a_disabled_client_is_told(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).disabled = True
    result = run("clopos_sync")
    assert result.status == 1
    assert "Switch the Open API add-on on in the Clopos back office." in result.stdout + result.error
    assert SyncRun.objects.get().status == "failed"


def test_test_and_production_mixed_is_told(live: Sandbox, run: Run) -> None:
    live.brand(SLUG).integrator_mode = "test"
    result = run("clopos_sync")
    assert result.status == 1
    assert "Use the production integrator id with a production brand" in result.error


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["recipts"], "There is no resource 'recipts'. Did you mean receipts?"),
        (["price_lists"], "Did you mean price-lists"),
        (["--since", "19.01.2026"], "'19.01.2026' is no day; write YYYY-MM-DD."),
        (["--since", "2026-02-30"], "'2026-02-30' is no day; write YYYY-MM-DD."),
        (["--since", "2026-03-01", "--until", "2026-02-01"], "--since is later than --until."),
        (["--since", "2999-01-01"], "--since 2999-01-01 is in the future."),
        (["customers", "receipts", "--since", "2026-01-01"], "--since and --until mean nothing for customers"),
        (["--brand", "nobody"], "There is no brand 'nobody'. Brands in the database: none."),
        (["--venue", "first"], "invalid int value: 'first'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    arguments: list[str], sentence: str, live: Sandbox, run: Run
) -> None:
    result = run("clopos_sync", *arguments)
    assert result.status == 1
    assert sentence in result.error
    assert not live.requests
    assert not SyncRun.objects.exists()


def test_without_configuration_the_five_variables_are_named(run: Run) -> None:
    result = run("clopos_sync")
    assert result.status == 1
    assert result.error.startswith("No brand is configured. Set CLOPOS_BASE_URL, CLOPOS_BRAND, CLOPOS_CLIENT_ID")


def test_a_brand_without_credentials_names_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOPOS_BRAND", SLUG)
    result = run("clopos_sync")
    assert result.status == 1
    assert "CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET, CLOPOS_INTEGRATOR_ID" in result.error
    assert SyncRun.objects.get().status == "failed"


def test_an_inactive_brand_is_not_synced(live: Sandbox, run: Run) -> None:
    Brand.objects.create(slug=SLUG, is_active=False)
    result = run("clopos_sync")
    assert result.status == 1
    assert result.error == "Brand 'demo' is inactive. Switch it on in the admin to sync it."
    assert not Venue.objects.exists()


def test_too_many_missing_rows_are_not_removed_and_said_in_words(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    known = list(Customer.objects.live().values_list("clopos_id", flat=True))
    for clopos_id in known[:120]:
        live.remove(SLUG, "customers", clopos_id)
    run("clopos_sync", "customers")
    result = run("clopos_sync", "customers")
    said = f"120 of {len(known)} rows are missing from two complete walks"
    assert f"customers: {said}" in result.stdout
    assert Customer.objects.live().count() == len(known)
    assert json.loads(run("clopos_sync", "customers", "--json").stdout)["steps"][0]["note"].startswith(said)
    assert run("clopos_sync", "customers", "--allow-mass-removal").status == 0
    assert Customer.objects.live().count() == len(known) - 100, "one run asks for 100 rows by id at most"
