"""The guards of this room see what they are there to see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser.accessibility import PHONE, assert_accessible, assert_contrast, find_overflow
from tests.browser.site import Site
from tests.browser.watch import Watch


@pytest.fixture
def unguarded(browser: Browser, site: Site, session: StorageState, watch: Watch) -> Iterator[Page]:
    """A page of which the watch keeps what it saw to itself."""
    with browser.new_context(base_url=site.url, storage_state=session) as context:
        watch.add(context)
        page = context.new_page()
        page.goto("/admin/")
        yield page


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        ("console.error('oops')", "console error: oops"),
        ("setTimeout(() => { throw new Error('oops') })", "uncaught: oops"),
        ("new Image().src = 'http://elsewhere.test/a.png'", "another host was asked: http://elsewhere.test/a.png"),
        ("new Image().src = '/static/nothing.png'", "status 404: GET "),
        ("document.body.append(Object.assign(document.createElement('style'), {textContent: 'a {}'}))", "inline style"),
    ],
)
def test_a_page_that_misbehaves_is_noticed(unguarded: Page, watch: Watch, act: str, seen: str) -> None:
    assert watch.problems == []
    unguarded.evaluate(f"() => {{ {act} }}")
    for _ in range(50):
        unguarded.wait_for_timeout(100)
        if any(seen in problem for problem in watch.problems):
            return
    pytest.fail(f"only this was seen: {watch.problems}")


def test_an_unlabelled_box_and_pale_text_are_found(page: Page) -> None:
    page.goto("/admin/")
    page.evaluate("document.querySelector('#content').append(document.createElement('textarea'))")
    with pytest.raises(AssertionError, match="label: "):
        assert_accessible(page)
    # The page is left dark. Text of the very colour behind it would pass: axe takes it for hidden on purpose.
    page.evaluate("document.querySelector('#content h1').style.color = '#333'")
    with pytest.raises(AssertionError, match="color-contrast: "):
        assert_contrast(page)


def test_what_is_wider_than_a_phone_is_found(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/admin/")
    assert find_overflow(page) == 0
    page.evaluate("document.querySelector('#content h1').style.width = '500px'")
    assert find_overflow(page) > 100
