"""Every figure that the dashboard and the Z report show or export equals the ledger's, to the fourth decimal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG, Mirror
from tests.reports import ledger, tables
from tests.reports.conftest import FAR_ZONE_VENUE, FIRST, LAST, Document
from tests.reports.tables import Rows, write
from tests.reports.written import Tables, show, show_moment

#: Columns that are no figures: which row it is.
NAMES = {"Name", "Clopos id", "Category", "Hour"}
BEFORE = (FIRST - timedelta(days=2), FIRST - timedelta(days=1))
each_choice = pytest.mark.parametrize("venues", [None, [1], [2, 3]], ids=["all venues", "one venue", "two venues"])


def ask(client: Client, view: str, **query: Any) -> Any:
    answer = client.get(reverse(f"admin:django_clopos_dashboard_{view}"), {"brand": SLUG, **query})
    assert answer.status_code == 200
    return answer


def period(venues: list[int] | None, first: date = FIRST) -> dict[str, Any]:
    return {"period": "free", "from": str(first), "to": str(LAST), "venue": venues or []}


def read_csv(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def read_sections(answer: Any) -> dict[str, Rows]:
    """Read a file of all sections: the rows of each, with every column that it has but names."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line in read_csv(answer):
        row = rows.setdefault((line["Section"], line["Row"]), {"Name": line["Name"]})
        assert line["Figure"] not in row
        row[line["Figure"]] = line["Value"]
    sections: dict[str, Rows] = {}
    for (title, _), row in rows.items():
        _put(sections.setdefault(title, {}), row)
    return sections


def read_section(answer: Any) -> Rows:
    """Read a file of one section, whose first column is the name."""
    rows: Rows = {}
    for row in read_csv(answer):
        name, *_ = row
        _put(rows, {"Name": row.pop(name), **row})
    return rows


def _put(rows: Rows, row: dict[str, str]) -> None:
    key = row.get("Clopos id", (row["Name"], row["Hour"]) if "Hour" in row else row["Name"])
    assert key not in rows
    rows[key] = {name: value for name, value in row.items() if name not in NAMES}


@pytest.fixture
def products(sandbox: Sandbox) -> list[Document]:
    return sandbox.documents(SLUG, "products")


@each_choice
def test_every_figure_of_the_dashboards_file(
    admin_client: Client, receipts: list[Document], products: list[Document], venues: list[int] | None
) -> None:
    found = read_sections(ask(admin_client, "export", format="csv", **period(venues)))

    expected = tables.make_dashboard(receipts, products, FIRST, LAST, venues)
    assert found.keys() == expected.keys()
    for title, rows in expected.items():
        assert found[title] == rows, title
    assert all(ledger.sales(receipts, day, day, venues) for day in BEFORE)


@pytest.mark.parametrize("venue", [1, 2, FAR_ZONE_VENUE])
@pytest.mark.parametrize("day", [FIRST, LAST], ids=str)
def test_every_figure_of_the_z_reports_file_and_page(
    admin_client: Client, receipts: list[Document], products: list[Document], venue: int, day: date
) -> None:
    found = read_sections(ask(admin_client, "z_export", venue=venue, day=str(day), format="csv"))
    page = Tables(ask(admin_client, "z_report", venue=venue, day=str(day)).content.decode())

    offset = "+05:00" if venue == FAR_ZONE_VENUE else "+04:00"
    expected = tables.make_z_report(receipts, products, day, venue, offset)
    assert found.keys() == expected.keys() == page.captions
    for title, rows in expected.items():
        assert found[title] == rows, title
    head = {row[0]: row[1] for row in next(rows for caption, rows in page.tables if caption == "Summary")}
    summary = expected.pop("Summary")
    for name in ("First receipt opened", "Last receipt closed"):
        assert head.pop(name) == show_moment(datetime.fromisoformat(summary.pop(name)["Value"]))
    assert head == {name: show(name, row["Value"]) for name, row in summary.items()}
    for title, rows in expected.items():
        (table,) = page.named(title)
        assert_shows(table, rows)


def assert_shows(table: list[dict[str, str]], rows: Rows) -> None:
    """A table of a page shows these rows, each once, with every one of their figures."""
    assert len(table) == len(rows)
    for cells in table:
        first = next(iter(cells.values()))
        key = cells.get("Clopos id", first)
        row = rows.get("" if key == show("", "") else key)
        assert row is not None, key
        names = {next(iter(cells)), "Clopos id", "Category"}
        assert {name: text for name, text in cells.items() if name not in names} == {
            name: show(name, exact) for name, exact in row.items()
        }


@pytest.mark.parametrize("role", ["open_by_user", "close_by_user", "seller", "courier"])
def test_staff_in_every_other_role(admin_client: Client, receipts: list[Document], role: str) -> None:
    found = read_section(ask(admin_client, "export", section="staff", format="csv", role=role, **period(None)))

    assert found == tables.by(ledger.sales(receipts, FIRST, LAST), f"{role}_id")


@each_choice
def test_the_page_shows_the_same_in_cards_tables_and_charts(
    admin_client: Client, receipts: list[Document], products: list[Document], venues: list[int] | None
) -> None:
    text = ask(admin_client, "changelist", **period(venues)).content.decode()

    expected = tables.make_dashboard(receipts, products, FIRST, LAST, venues)
    assert_cards(text, expected["Summary"])
    assert_charts(text, expected)
    page = Tables(text)
    assert page.captions - expected.keys() == {"Stop list"}
    assert expected.keys() - page.captions == {"Summary", "Sales by day, period before"}  # cards; a line of the chart
    top, bottom = page.named("Products")
    assert_ends(top, bottom, expected["Products"])
    days = {f"{date.fromisoformat(day):%m/%d/%Y}": row for day, row in expected["Sales by day"].items()}
    for title in page.captions - {"Products", "Stop list", "Sales by weekday and hour"}:
        (table,) = page.named(title)
        assert_shows(table, days if title == "Sales by day" else expected[title])


def assert_cards(page: str, summary: Rows) -> None:
    found = re.findall(
        r'<dt>([^<]+)</dt><dd class="value">([^<]+)</dd>\s*<dd class="change[^"]*">([^<]+)</dd>'
        r'<dd class="before">before: ([^<]+)</dd>',
        page,
    )
    assert {name: (now, before, change) for name, now, change, before in found} == {
        name: (show(name, row["Period"]), show(name, row["Period before"]), _say_change(row["Change, %"]))
        for name, row in summary.items()
    }
    assert len(found) == len(summary)


def _say_change(change: str) -> str:
    if not change:
        return "nothing to compare with"
    if not Decimal(change):
        return "as before"
    return f"{show('%', str(abs(Decimal(change))))} {'more' if Decimal(change) > 0 else 'less'} than before"


def assert_charts(page: str, expected: dict[str, Rows]) -> None:
    found = re.search(r'<script id="clopos-charts" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    charts = json.loads(found[1])
    lines = charts.pop("days")["series"]
    bars = {"payments": "Payment methods", "venues": "Venues", "categories": "Categories", "staff": "Staff"}
    bars["sale-types"] = "Sale types"
    assert charts.keys() == bars.keys()
    for line, title in zip(lines, ("Sales by day", "Sales by day, period before"), strict=True):
        assert_draws(line, [row["Net sales"] for row in expected[title].values()])
    for name, title in bars.items():
        nets = [row["Net" if name == "payments" else "Net sales"] for row in expected[title].values()]
        assert_draws(*charts[name]["series"], sorted(nets, key=Decimal, reverse=True)[:10])
        labels = [next(iter(row.values())) for row in Tables(page).named(title)[0]]
        assert charts[name]["labels"] == labels[:10]


def assert_draws(series: dict[str, Any], nets: list[str]) -> None:
    assert series["values"] == nets
    assert series["texts"] == [show("Net", net) for net in nets]


def assert_ends(top: list[dict[str, str]], bottom: list[dict[str, str]], products: Rows) -> None:
    """The ten that sold most and the ten that sold least, the worst first."""
    ordered = sorted(products, key=lambda key: (-Decimal(products[key]["Net sales"]), int(key or 0)))
    ends = ordered[:10], ordered[10:][-10:][::-1]
    for table, keys in zip((top, bottom), ends, strict=True):
        assert [row["Clopos id"] for row in table] == [key or show("", "") for key in keys]
        assert_shows(table, {key: products[key] for key in keys})


@pytest.mark.parametrize("venues", [None, [2]], ids=["all venues", "one venue"])
def test_the_heat_map_averages_over_the_weekdays(
    admin_client: Client, receipts: list[Document], venues: list[int] | None
) -> None:
    first = LAST - timedelta(days=7)  # the weekday of the last is there twice
    page = Tables(ask(admin_client, "changelist", **period(venues, first)).content.decode())

    found = {
        (row["Weekday"], int(hour)): text
        for row in page.named("Sales by weekday and hour")[0]
        for hour, text in row.items()
        if hour != "Weekday" and text
    }
    rows = tables.make_dashboard(receipts, [], first, LAST, venues)["Sales by weekday and hour"]
    assert {row["Days"] for row in rows.values()} == {"1", "2"}
    assert found == {
        (weekday, int(hour)): f"{Decimal(row['Net sales']) / int(row['Days']):,.0f}"
        for (weekday, hour), row in rows.items()
    }


@pytest.mark.parametrize("venues", [None, [1]], ids=["all venues", "one venue"])
def test_what_is_open_waits_or_is_stopped_now(
    admin_client: Client, sandbox: Sandbox, receipts: list[Document], mirror: Mirror, venues: list[int] | None
) -> None:
    assert mirror("orders", "stop-list").run.status == "succeeded"
    page = ask(admin_client, "changelist", **period(venues)).content.decode()

    def here(rows: Iterable[Document]) -> list[Document]:
        return [row for row in rows if venues is None or row["venue_id"] in venues]

    unpaid = ledger.uncounted(here(receipts))["open"]
    orders = here(sandbox.documents(SLUG, "orders"))
    waiting = [order for order in orders if order["status"] not in {"RECEIVED", "DELIVERED", "IGNORE"}]
    assert unpaid
    assert waiting
    oldest = show_moment(min(map(_open_in_baku, unpaid)))
    assert f"<li>Open receipts: {len(unpaid)} ({ledger.total(unpaid):,.2f}), the oldest since {oldest}</li>" in page
    oldest = show_moment(min(datetime.fromisoformat(order["created_at"]) for order in waiting) + timedelta(hours=4))
    assert f"<li>Waiting orders: {len(waiting)}, the oldest since {oldest}</li>" in page
    (table,) = Tables(page).named("Stop list")
    stops = here(sandbox.documents(SLUG, "stop-list"))
    names = {venue["id"]: venue["name"] for venue in sandbox.documents(SLUG, "venues")}
    assert sorted((row["Clopos id"], row["Venue"], row["Left"], row["Since"]) for row in table) == sorted(
        (str(stop["id"]), names[stop["venue_id"]], show("Left", f"{stop['limit']}.0"), _say_since(stop))
        for stop in stops
    )


def _open_in_baku(receipt: Document) -> datetime:
    hours = 1 if receipt["venue_id"] == FAR_ZONE_VENUE else 0
    return datetime.fromisoformat(receipt["created_at"]) - timedelta(hours=hours)


def _say_since(stop: Document) -> str:
    hours = 5 if stop["venue_id"] == FAR_ZONE_VENUE else 4
    return show_moment(datetime.fromtimestamp(stop["timestamp"] / 1000, UTC) + timedelta(hours=hours))


def test_a_file_of_one_section_holds_the_same(
    admin_client: Client, receipts: list[Document], products: list[Document]
) -> None:
    found = read_section(ask(admin_client, "export", section="hours", format="csv", **period(None)))

    assert found == tables.make_dashboard(receipts, products, FIRST, LAST)["Sales by weekday and hour"]


def test_the_workbook_has_a_sheet_for_each_section(admin_client: Client, receipts: list[Document]) -> None:
    answer = ask(admin_client, "export", format="xlsx", **period(None))
    book = load_workbook(io.BytesIO(b"".join(answer)))

    assert len(book.sheetnames) == 12
    rows = list(book["Venues"].iter_rows(values_only=True))
    nets = {write(row[1]): str(Decimal(str(row[3])).quantize(Decimal("0.0001"))) for row in rows[1:]}
    sold = ledger.sales(receipts, FIRST, LAST)
    assert nets == {key: row["Net sales"] for key, row in tables.by(sold, "venue_id").items()}
