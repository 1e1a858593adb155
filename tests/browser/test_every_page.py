"""Every list and the page of its first row open without an error, and fit on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import PHONE, find_overflow
from tests.browser.pages import MODELS, name_list, open_first

#: Of what no sync has written anything, or what has no rows.
_EMPTY = {"brandaccess", "dashboard", "facecredential", "erasure", "knownmissing", "schedule", "stockoperation"}


@pytest.mark.parametrize("model", MODELS)
def test_the_list_and_the_first_page_open_and_fit(page: Page, model: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(name_list(model))
    assert find_overflow(page) == 0
    assert open_first(page, model) or model in _EMPTY
    assert find_overflow(page) == 0
