"""One site and one browser for all tests of this room, and a watched page for each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser.chromium import find_chromium, open_browser
from tests.browser.login import log_in
from tests.browser.site import Site, open_site
from tests.browser.watch import Watch

OpenPage = Callable[..., Page]

#: What every test waits at most for anything.
_PATIENCE_MS = 15_000


# The scope of these is the package: while the browser is open, other tests of this process could use no database.


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is."""
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    return path


@pytest.fixture(scope="package")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that has mirrored the sandbox."""
    broker_url = os.environ.get("CLOPOS_REDIS_URL") or os.environ.get("CLOPOS_AMQP_URL") or ""
    with open_site(tmp_path_factory.mktemp("browser"), broker_url=broker_url) as opened:
        yield opened


@pytest.fixture(scope="package")
def browser(chromium: str, site: Site) -> Iterator[Browser]:
    """A browser."""
    with open_browser(chromium) as opened:
        yield opened


@pytest.fixture(scope="package")
def session(browser: Browser, site: Site) -> StorageState:
    """The cookies of the owner, who has logged in as people do."""
    with browser.new_context(base_url=site.url) as context:
        log_in(context.new_page())
        return context.storage_state()


@pytest.fixture
def watch(site: Site) -> Watch:
    """What was seen in this test."""
    return Watch(host=urlsplit(site.url).netloc)


@pytest.fixture
def open_page(browser: Browser, site: Site, session: StorageState, watch: Watch) -> Iterator[OpenPage]:
    """Open a page of the owner's, or with `is_logged_in=False` of a stranger's; options are those of a context.

    Whatever the guards have seen fails the test when it ends.
    """
    with ExitStack() as stack:

        def open_context(*, is_logged_in: bool = True, **options: Any) -> Page:
            state = session if is_logged_in else None
            context = browser.new_context(base_url=site.url, storage_state=state, **options)
            stack.enter_context(context)
            context.set_default_timeout(_PATIENCE_MS)
            watch.add(context)
            return context.new_page()

        yield open_context
    assert watch.problems == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of the owner's, on a desk."""
    return open_page(viewport={"width": 1280, "height": 900})
