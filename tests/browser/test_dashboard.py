"""The figures of a period are seen, changed and taken away; with scripts or without."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.files import download, read_csv, read_xlsx
from tests.browser.pages import DASHBOARD, Z_REPORT, follow


def test_the_dashboard_is_one_click_from_the_index(page: Page) -> None:
    page.goto("/admin/")
    follow(page, page.locator("#content").get_by_role("link", name="Dashboard"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dashboard")


def test_charts_are_drawn_and_follow_the_period(page: Page) -> None:
    page.goto(DASHBOARD)
    canvas = page.locator("canvas[data-chart=days]")
    expect(canvas).to_be_visible()
    fortnight = _read_net_sales(page)

    page.get_by_label("From").fill("2026-11-20")
    follow(page, page.get_by_role("button", name="Show"))

    expect(page.get_by_text("Business days 11/20/2026 to 11/20/2026")).to_be_visible()
    expect(canvas).to_be_visible()
    assert 0 < _read_net_sales(page) < fortnight


def test_the_sum_of_the_days_is_the_sum_of_the_venues(page: Page) -> None:
    """A page that mixed up its periods or venues would tell two stories."""
    page.goto(DASHBOARD)
    whole = _read_net_sales(page)
    parts = []
    for place in range(page.get_by_role("group", name="Venues").get_by_role("checkbox").count()):
        page.goto(DASHBOARD)
        page.get_by_role("group", name="Venues").get_by_role("checkbox").nth(place).check()
        follow(page, page.get_by_role("button", name="Show"))
        parts.append(_read_net_sales(page))
    assert len(parts) == 3
    assert round(sum(parts), 2) == whole


def test_a_period_without_sales_says_so(page: Page) -> None:
    page.goto(DASHBOARD.replace("2026", "2020"))
    expect(page.get_by_text("Nothing in this period.").first).to_be_visible()


def test_without_scripts_every_figure_is_in_a_table(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(DASHBOARD)
    expect(page.locator("canvas[data-chart=days]")).to_be_hidden()
    panel = page.locator("section").filter(has=page.get_by_role("heading", name="Sales by day", exact=True))
    panel.locator("summary").click()
    expect(panel.get_by_role("row")).to_have_count(15)


def test_files_hold_what_the_page_shows(page: Page) -> None:
    page.goto(DASHBOARD)
    everything = page.locator("p", has_text="Download everything")
    sheets = read_xlsx(download(page, everything.get_by_role("link", name="XLSX")))
    rows = read_csv(download(page, everything.get_by_role("link", name="CSV", exact=True)))
    assert len(sheets) > 8
    assert len(rows) > sum(map(len, sheets.values())) / 2


def test_a_z_report_is_reached_and_can_be_printed(page: Page) -> None:
    page.goto(DASHBOARD)
    follow(page, page.get_by_role("link", name="Z report of a day"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Z report")
    page.goto(Z_REPORT)
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(page.get_by_text("AZN").first).to_be_visible()


def _read_net_sales(page: Page) -> float:
    card = page.locator(".clopos-card").filter(has_text=re.compile("^Net sales"))
    return float(card.locator(".value").inner_text().replace(",", ""))
