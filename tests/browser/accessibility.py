"""What axe finds on a page, on a desk and on a phone, by day and by night; and what is wider than a phone.

Widths and colour schemes change on the open page: loading it anew for each would take longer than the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
#: What is looked for in a colour scheme: nothing but colours changes by night.
_SCHEMES: dict[Literal["light", "dark"], list[str]] = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "dark": _OF_COLOURS,
}
#: Without `preload`, axe does not load the style sheets again, which a strict policy forbids.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
#: Links and buttons of Django fade into their colours; half-way, none has enough contrast.
_END_FADING = "document.getAnimations().forEach(each => each instanceof CSSTransition && each.finish())"
_IS = "([target, outer]) => !!document.querySelector(target)?.matches(outer)"
_UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
#: Further rows are like the first ones, and cost as much time.
_SHORTEN = "document.querySelectorAll('tbody').forEach(each => [...each.rows].slice(12).forEach(row => row.remove()))"
_OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"

_axe = Axe()


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A violation in a part of Django's own pages that django-clopos has no hand in."""

    rule: str
    selector: str
    """Of the very elements."""
    reason: str


KNOWN = (
    Known(
        rule="link-in-text-block",
        selector=".breadcrumbs a",
        reason="Django tells the links of the breadcrumbs from the text between them by colour alone.",
    ),
    Known(
        rule="link-in-text-block",
        selector="#changelist-search .small > a",
        reason="Django tells 'Show all' beside the number of results from that number by colour alone.",
    ),
)


def assert_accessible(page: Page) -> None:
    """Fail with all that is wrong with an open page, which is left shortened, on a phone and by night."""
    _prepare(page)
    found: dict[str, list[str]] = {}
    for scheme, rules in _SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            for text in _ask_axe(page, rules):
                found.setdefault(text, []).append(f"{scheme}, {size['width']} wide")
    if more := find_overflow(page):
        found[f"it is {more} pixels wider than a phone"] = []
    _refuse(page, [f"{text} ({'; '.join(where)})" for text, where in found.items()])


def assert_contrast(page: Page) -> None:
    """Fail with what cannot be read well as the page is."""
    _prepare(page)
    _refuse(page, list(_ask_axe(page, _OF_COLOURS)))


def _prepare(page: Page) -> None:
    page.evaluate(_UNFOLD)
    page.evaluate(_SHORTEN)


def _refuse(page: Page, violations: list[str]) -> None:
    assert not violations, "\n".join([f"{len(violations)} violations on {page.url}", *violations])


def find_overflow(page: Page) -> int:
    """Tell how many pixels a page is wider than its window; one is a matter of rounding."""
    more = int(page.evaluate(_OVERFLOW))
    return max(0, more) if more != 1 else 0


def _ask_axe(page: Page, rules: list[str]) -> Iterator[str]:
    page.evaluate(_END_FADING)
    for violation in _axe.run(page, options=_OPTIONS | {"runOnly": rules}).response["violations"]:
        for node in violation["nodes"]:
            if not _is_known(page, violation["id"], node["target"]):
                yield _describe(violation, node)


def _is_known(page: Page, rule: str, target: list[str]) -> bool:
    return any(page.evaluate(_IS, [target[0], known.selector]) for known in KNOWN if known.rule == rule)


def _describe(violation: dict[str, Any], node: dict[str, Any]) -> str:
    message = next(each["message"] for part in ("any", "all", "none") for each in node[part])
    markup = " ".join(node["html"].split())[:160]
    return f"{violation['id']}: {message} {node['target'][0]} {markup}"
