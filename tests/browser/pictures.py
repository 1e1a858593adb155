"""Take the pictures of the documentation: run it as `python -m tests.browser.pictures`.

It needs Chromium. The restaurant is the same every time; only when things were read differs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.browser.site import Site

TARGET = Path(__file__).resolve().parents[2] / "docs" / "images"
_SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
#: What is below it is more of the same; below the steps of a run, who ran it.
_HIGHEST = 1250
_HIGHEST_OF = {"run": 970}
_FOLD_SIDEBAR = "localStorage.setItem('django.admin.navSidebarIsOpen', 'false')"


def take_pictures(target: Path) -> None:
    """Take all of them. Django must be set up."""
    from tests.browser.chromium import find_chromium, open_browser  # noqa: PLC0415  # needs Django
    from tests.browser.login import log_in  # noqa: PLC0415  # likewise
    from tests.browser.site import open_site  # noqa: PLC0415  # likewise

    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("There is no Chromium on this machine.")
    with tempfile.TemporaryDirectory() as folder, open_site(Path(folder)) as site, open_browser(chromium) as browser:
        site.prepare("work")
        page = browser.new_page(base_url=site.url, reduced_motion="reduce", bypass_csp=True)
        log_in(page)
        page.evaluate(_FOLD_SIDEBAR)
        for name, open_it in _PAGES.items():
            for size, viewport in _SIZES.items():
                page.set_viewport_size(viewport)
                open_it(page, site)
                _take(page, target / f"admin-{name}-{size}.png", highest=_HIGHEST_OF.get(name, _HIGHEST))


def _take(page: Page, path: Path, *, highest: int) -> None:
    page.wait_for_load_state("networkidle")
    box = page.evaluate("({width: innerWidth, height: document.documentElement.scrollHeight})")
    clip = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], highest)}
    page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]


def _open_dashboard(page: Page, _: Site) -> None:
    from tests.browser.pages import DASHBOARD  # noqa: PLC0415  # needs Django

    page.goto(DASHBOARD)


def _open_receipts(page: Page, _: Site) -> None:
    page.goto("/admin/django_clopos/receipt/?status__exact=2")


def _open_receipt(page: Page, site: Site) -> None:
    """One with all that a receipt can have, or nearly."""
    from tests.browser.pages import find_links, follow  # noqa: PLC0415  # needs Django
    from tests.browser.site import SLUG  # noqa: PLC0415  # likewise

    receipts = site.sandbox.documents(SLUG, "receipts")
    receipt = max(receipts, key=_count_parts)
    page.goto(f"/admin/django_clopos/receipt/?q={receipt['cid']}")
    follow(page, find_links(page, "receipt").first)


def _count_parts(receipt: dict[str, Any]) -> tuple[bool, int, int]:
    lines = receipt["receipt_products"]
    changed = sum(bool(line["modificators"]) for line in lines)
    return bool(receipt["total_discount"]), min(len(receipt["payment_methods"]), 2), min(len(lines), 6) + changed


def _open_product(page: Page, _: Site) -> None:
    from tests.browser.pages import find_links, follow  # noqa: PLC0415  # needs Django

    page.goto("/admin/django_clopos/product/?q=Lülə")
    follow(page, find_links(page, "product").first)


def _open_brand(page: Page, _: Site) -> None:
    page.goto("/admin/django_clopos/brand/1/change/")


def _open_run(page: Page, _: Site) -> None:
    """The first one, which read everything."""
    page.goto("/admin/django_clopos/syncrun/1/change/")


_PAGES: dict[str, Callable[[Page, Site], None]] = {
    "dashboard": _open_dashboard,
    "receipts": _open_receipts,
    "receipt": _open_receipt,
    "product": _open_product,
    "brand": _open_brand,
    "run": _open_run,
}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    TARGET.mkdir(exist_ok=True)
    take_pictures(TARGET)
