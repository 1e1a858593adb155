"""The first page that anybody sees."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.login import log_in
from tests.browser.pages import follow, name_list


def test_a_stranger_is_sent_to_the_form_and_back(open_page: OpenPage) -> None:
    page = open_page(is_logged_in=False)
    page.goto(name_list("receipt"))
    expect(page.get_by_label("Password")).to_be_visible()
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    follow(page, page.get_by_role("button", name="Log in"))
    expect(page.locator(".errornote")).to_be_visible()

    log_in(page)
