"""Every language, colour scheme and input device gets there."""

from __future__ import annotations

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from django_clopos.models import Receipt
from tests.browser.accessibility import assert_contrast
from tests.browser.conftest import OpenPage
from tests.browser.pages import DASHBOARD, name_list

#: So many presses of the tab key at most, before somebody gives up.
_PATIENCE = 60
#: Tells whether what has the focus looks other than it does without.
_SHOWS_FOCUS = """
() => {
  const names = ["outline", "boxShadow", "border", "backgroundColor", "color", "textDecoration"];
  const element = document.activeElement;
  const look = () => names.map((name) => getComputedStyle(element)[name]).join();
  const focused = look();
  element.blur();
  document.getAnimations().forEach((each) => each.finish());
  const plain = look();
  element.focus();
  return focused !== plain;
}
"""


@pytest.mark.parametrize(("language", "locale"), [("az", "az-AZ"), ("ru", "ru-RU"), ("en", "en-GB"), ("en", "fr-FR")])
def test_the_browser_is_spoken_to_in_its_language(open_page: OpenPage, language: str, locale: str) -> None:
    page = open_page(locale=locale)
    page.goto(name_list("receipt"))
    assert page.locator("html").get_attribute("lang") == language
    with translation.override(language):
        name = str(Receipt._meta.verbose_name_plural)
    expect(page.locator(".breadcrumbs")).to_contain_text(name, ignore_case=True)


@pytest.mark.parametrize("address", [DASHBOARD, name_list("receipt")])
def test_who_chooses_day_or_night_by_hand_gets_it_whatever_the_system_says(page: Page, address: str) -> None:
    """What follows only the system, or only the choice, would be dark on dark for somebody."""
    for system, choice in (("light", "dark"), ("dark", "light")):
        page.emulate_media(color_scheme=system)
        page.goto(address)
        page.evaluate("choice => localStorage.setItem('theme', choice)", choice)
        page.reload()
        assert page.locator("html").get_attribute("data-theme") == choice
        assert_contrast(page)


def test_the_keyboard_reaches_search_filters_and_rows_and_shows_where_it_is(page: Page) -> None:
    page.goto(f"{name_list('receipt')}?q=543")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    wanted = {"searchbar", "/change/", "<summary", 'type="date"', "Export"}
    for _ in range(_PATIENCE):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.outerHTML")
        assert page.evaluate(_SHOWS_FOCUS), focused
        wanted -= {each for each in wanted if each in focused}
    assert wanted == set()
