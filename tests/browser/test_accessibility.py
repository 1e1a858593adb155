"""Everybody can use the pages: by contrast, labels and structure, as far as axe sees, at every width, day and night."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.pages import DASHBOARD, Z_REPORT, follow, name_list, open_first

#: Models whose lists differ from each other.
LISTS = (
    "receipt", "product", "customer", "order", "stoplistentry", "category", "brand", "schedule", "syncrun",
    "rejectedrow", "reconciliation", "change", "drift",
)  # fmt: skip
#: Models whose pages do.
PAGES = (
    "receipt", "product", "customer", "order", "category", "user", "venue", "pricelist", "brand", "syncrun",
    "rejectedrow", "reconciliation", "change",
)  # fmt: skip


def test_logging_in(open_page: OpenPage) -> None:
    page = open_page(is_logged_in=False)
    page.goto("/admin/login/")
    assert_accessible(page)


@pytest.mark.parametrize(
    "address",
    ["/admin/", "/admin/django_clopos/", DASHBOARD, Z_REPORT, name_list("brand") + "add/"],
    ids=["index", "app", "dashboard", "z-report", "brand-add"],
)
def test_pages_of_their_own(page: Page, address: str) -> None:
    page.goto(address)
    assert_accessible(page)


@pytest.mark.parametrize("model", LISTS)
def test_lists(page: Page, model: str) -> None:
    page.goto(name_list(model))
    assert_accessible(page)


@pytest.mark.parametrize("model", PAGES)
def test_rows(page: Page, model: str) -> None:
    assert open_first(page, model)
    assert_accessible(page)


@pytest.mark.parametrize("question", ["sync", "pause"])
def test_questions_about_a_brand(page: Page, question: str) -> None:
    open_first(page, "brand")
    follow(page, page.locator(f"#content a[href$='/{question}/']"))
    assert_accessible(page)
