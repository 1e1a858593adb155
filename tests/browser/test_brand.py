"""A brand is added, its connection tested, and its first sync started and watched to its end; without any shell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import follow, name_list
from tests.browser.site import NEW_SLUG, Site

#: What a worker may take for the whole of a small brand.
_SYNC_MS = 60_000
_WORKS = "The connection works."


@pytest.fixture
def added(page: Page, site: Site) -> Iterator[Page]:
    """The page of a brand that was just added, with what Clopos gave for it."""
    _add(page, site, secret=site.credentials(NEW_SLUG).client_secret)
    yield page
    site.manage("clopos_forget", "--brand", NEW_SLUG, "--yes")


def test_a_brand_is_added_and_its_connection_tested(added: Page) -> None:
    expect(added.get_by_text(_WORKS)).to_be_visible()
    added.reload()
    expect(added.get_by_text(_WORKS)).to_have_count(0)

    follow(added, added.get_by_role("button", name="Test connection", exact=True))

    expect(added.get_by_text(_WORKS)).to_contain_text("Nizami")
    expect(added.get_by_label("Client secret")).to_have_value("")


def test_a_wrong_secret_is_told_and_put_right(page: Page, site: Site) -> None:
    _add(page, site, secret="wrong")
    try:
        expect(page.locator(".messagelist .error")).to_be_visible()
        page.get_by_label("Client secret").fill(site.credentials(NEW_SLUG).client_secret)
        follow(page, page.get_by_role("button", name="Save and test connection"))
        expect(page.get_by_text(_WORKS)).to_be_visible()
        expect(page.locator(".messagelist .error")).to_have_count(0)
    finally:
        site.manage("clopos_forget", "--brand", NEW_SLUG, "--yes")


def test_a_sync_is_started_and_watched_to_its_end(added: Page, site: Site) -> None:
    if not site.broker_url:
        pytest.skip("neither CLOPOS_REDIS_URL nor CLOPOS_AMQP_URL names a broker")
    follow(added, added.get_by_role("button", name="Sync now"))
    expect(added.get_by_role("heading", name="How it goes")).to_be_visible()
    said = added.get_by_role("status")
    expect(said).not_to_contain_text("Succeeded")

    site.start_worker()

    expect(said).to_contain_text("Succeeded", timeout=_SYNC_MS)
    expect(added.get_by_role("region", name="Steps").get_by_role("row", name=re.compile("^receipts 1"))).to_be_visible()
    sold = len(site.sandbox.documents(NEW_SLUG, "receipts"))
    added.goto(name_list("receipt"))
    follow(added, added.locator("#changelist-filter").get_by_role("link", name=NEW_SLUG, exact=True))
    expect(added.locator("#changelist-search")).to_contain_text(f"{sold} results")


def test_without_a_broker_the_page_names_the_command(added: Page, site: Site) -> None:
    if site.broker_url:
        pytest.skip("this site has a broker")
    follow(added, added.get_by_role("link", name="Sync now"))
    expect(added.get_by_text("manage.py clopos_sync")).to_contain_text(f"--brand {NEW_SLUG}")


def _add(page: Page, site: Site, *, secret: str) -> None:
    credentials = site.credentials(NEW_SLUG)
    page.goto(name_list("brand"))
    follow(page, page.locator("#content").get_by_role("link", name="Add brand"))
    page.get_by_label("Slug").fill(credentials.brand)
    page.get_by_label("Client id").fill(credentials.client_id)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_label("Integrator id").fill(credentials.integrator_id)
    page.get_by_label("Base URL").fill(site.remote_url)
    follow(page, page.get_by_role("button", name="Save and test connection"))
