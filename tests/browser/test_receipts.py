"""A receipt is found among many, read, and taken away in a file."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.files import download, read_csv, read_xlsx
from tests.browser.pages import find_links, find_rows, follow, name_list
from tests.browser.site import SLUG, TODAY, Site

_CLOSED = 2


def test_receipts_are_filtered_and_the_list_says_how_many_there_are(page: Page, site: Site) -> None:
    expected = _find(site, status=_CLOSED, venue_id=1, shift_date=str(TODAY))
    page.goto(name_list("receipt"))
    filters = page.locator("#changelist-filter")

    follow(page, filters.get_by_role("link", name="Closed", exact=True))
    follow(page, filters.get_by_role("link", name=re.compile("Nizami")))
    filters.get_by_label("From").first.fill(str(TODAY))
    filters.get_by_label("To").first.fill(str(TODAY))
    follow(page, filters.get_by_role("button", name="Apply").first)

    expect(find_rows(page)).to_have_count(len(expected))
    assert set(find_links(page, "receipt").all_inner_texts()) == {str(each["id"]) for each in expected}


def test_a_filtered_list_is_exported_whole(page: Page, site: Site) -> None:
    expected = {str(each["id"]) for each in _find(site, status=_CLOSED)}
    page.goto(f"{name_list('receipt')}?status__exact={_CLOSED}")

    heading, *rows = read_csv(download(page, page.get_by_role("link", name="Export CSV")))
    (sheet,) = read_xlsx(download(page, page.get_by_role("link", name="Export XLSX"))).values()

    place = heading.index("Clopos id")
    assert {row[place] for row in rows} == expected
    assert {row[place] for row in sheet[1:]} == expected


def test_a_receipt_is_found_by_its_fiscal_id_and_reads_as_one(page: Page, site: Site) -> None:
    receipt = next(
        each for each in _find(site, status=_CLOSED) if each["fiscal_id"] and len(each["receipt_products"]) > 1
    )
    page.goto(name_list("receipt"))
    page.get_by_role("textbox", name="Search").fill(receipt["fiscal_id"])
    follow(page, page.get_by_role("button", name="Search"))
    expect(find_rows(page)).to_have_count(1)

    follow(page, find_links(page, "receipt"))

    content = page.locator("#content")
    expect(content.get_by_role("heading", level=1)).to_contain_text(receipt["order_number"])
    expect(content).to_contain_text(f"{receipt['total']:,.2f} AZN")
    for method in receipt["payment_methods"]:
        expect(content.get_by_text(method["name"], exact=True).first).to_be_visible()
    for line in receipt["receipt_products"]:
        expect(content.get_by_text(line["meta"]["product"]["name"]).first).to_be_visible()


def test_the_list_is_left_for_a_related_row_and_found_again(page: Page) -> None:
    page.goto(f"{name_list('receipt')}?status__exact={_CLOSED}")
    listed = page.url
    follow(page, find_links(page, "receipt").first)
    follow(page, page.locator("#content a[href*='/venue/']").first)
    expect(page).to_have_url(re.compile("/venue/"))
    page.go_back()
    page.go_back()
    expect(page).to_have_url(listed)


def test_a_staff_member_is_picked_by_typing_a_part_of_the_name(page: Page) -> None:
    page.goto(name_list("receipt"))
    filters = page.locator("#changelist-filter")
    group = filters.locator("details").filter(has=page.locator("#pick-close_by_user"))
    group.locator("summary").click()
    group.get_by_role("combobox").click()
    page.locator(".select2-search__field").fill("Kassir 3")
    page.get_by_role("option", name="Kassir 3").first.click()
    follow(page, group.get_by_role("button", name="Apply"))
    expect(find_rows(page).first).to_contain_text("Kassir 3")
    expect(page.locator("#changelist-filter").get_by_role("combobox", name=re.compile("Kassir 3"))).to_be_visible()


def _find(site: Site, **facts: Any) -> list[dict[str, Any]]:
    """Find the sandbox's own documents."""
    documents = site.sandbox.documents(SLUG, "receipts")
    return [each for each in documents if all(each[name] == value for name, value in facts.items())]
