"""How people log in."""

from __future__ import annotations

from playwright.sync_api import Page, expect

OWNER = "owner"
PASSWORD = "of-the-browser-tests"


def log_in(page: Page, *, username: str = OWNER, password: str = PASSWORD) -> None:
    """Log in through the form, and see the index."""
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#user-tools")).to_be_visible()
