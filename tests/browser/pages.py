"""Addresses of the admin as a browser finds them."""

from __future__ import annotations

from django.apps import apps
from playwright.sync_api import Locator, Page

#: Names of every model that has a list.
MODELS = tuple(model._meta.model_name or "" for model in apps.get_app_config("django_clopos").get_models())
DASHBOARD = "/admin/django_clopos/dashboard/?brand=demo&period=free&from=2026-11-07&to=2026-11-20"
Z_REPORT = "/admin/django_clopos/dashboard/z-report/?brand=demo&venue=1&day=2026-11-20"


def name_list(model: str) -> str:
    """Give the address of a list."""
    return f"/admin/django_clopos/{model}/"


def find_rows(page: Page) -> Locator:
    """Find the rows of the list that is open."""
    return page.locator("#result_list tbody tr")


def find_links(page: Page, model: str) -> Locator:
    """Find the links from the rows of the list that is open to their pages."""
    return page.locator(f"#result_list tbody a[href*='/{model}/']")


def follow(page: Page, control: Locator) -> None:
    """Click what leads to another page, and be there: a click alone goes on while the old page is still open."""
    with page.expect_navigation():
        control.click()


def open_first(page: Page, model: str, query: str = "") -> bool:
    """Open the page of the first row of a list; False: there is no row."""
    page.goto(f"{name_list(model)}?{query}")
    links = find_links(page, model)
    if not links.count():
        return False
    page.goto(links.first.get_attribute("href") or "")
    return True
