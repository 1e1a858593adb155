"""The demo: from an empty database to a populated one, and again; and what it says when its port is taken."""

from __future__ import annotations

import socket

import pytest
import time_machine

from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct, SyncRun
from tests.commands.conftest import VARIABLES, Run

pytestmark = pytest.mark.django_db
SMALL = ("--no-serve", "--days", "3", "--receipts-per-day", "4")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let go of what the demo puts into the environment when the test has ended."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "to be replaced")


@pytest.fixture
def evening() -> time_machine.travel:
    """A moment at which the restaurant has sold something today."""
    return time_machine.travel("2026-11-20T18:00:00Z")


def test_the_demo_fills_an_empty_database_and_says_with_what(run: Run, evening: time_machine.travel) -> None:
    with evening:
        result = run("demo", *SMALL)
    assert (result.status, result.error) == (0, "")
    assert f"Receipts{Receipt.objects.count():>24,}" in result.stdout
    assert "Stop-list entries" in result.stdout
    assert (
        f"The receipts have {ReceiptProduct.objects.count():,} lines and "
        f"{ReceiptPayment.objects.count():,} payments." in result.stdout
    )
    assert "The admin:" not in result.stdout


def test_a_second_demo_creates_nothing(run: Run, evening: time_machine.travel) -> None:
    with evening:
        run("demo", *SMALL)
        first = set(Receipt.objects.values_list("clopos_id", "cid"))
        result = run("demo", *SMALL)
    assert result.status == 0
    assert SyncRun.objects.first().totals()["created"] == 0
    assert set(Receipt.objects.values_list("clopos_id", "cid")) == first
    assert Brand.objects.count() == 1


def test_a_demo_on_a_later_day_shows_the_same_restaurant(run: Run, evening: time_machine.travel) -> None:
    with evening:
        run("demo", *SMALL)
        first = set(Receipt.objects.values_list("clopos_id", "cid"))
    with time_machine.travel("2026-12-04T18:00:00Z"):
        result = run("demo", *SMALL)
    assert result.status == 0
    assert "It stands still on 2026-11-20, the day of the first demo on this database." in result.stdout
    assert first <= set(Receipt.objects.values_list("clopos_id", "cid"))


def test_a_taken_port_is_told_before_the_work(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("demo", "--port", str(port))
    assert result.status == 1
    assert result.error.startswith(f"Port {port} is taken or cannot be used. Choose another one")
    assert result.stdout == ""
    assert not Brand.objects.exists()


def test_a_port_that_cannot_exist_is_told_too(run: Run) -> None:
    assert "make demo ARGS='--port 8001'" in run("demo", "--port", "70000").error
