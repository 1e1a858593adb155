"""The pages around the products: categories, stations, the stop list, price lists."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.pages.blocks import Badge, Fact, FactsBlock, Tone
from django_clopos.admin.pages.categories import write_path
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Facts, Listed, Related, write_facts
from django_clopos.models import Category, PriceListPrice, Product


def read_place(look: Look) -> FactsBlock:
    """Say where the category is in the tree."""
    path = write_path(look, look.row.parent_id)
    facts = [Fact(label=_("In"), value=path)] if path else write_facts(look, "parent")
    facts += write_facts(look, "type", "position", "status", "hidden", "code")
    return FactsBlock(title="", facts=tuple(facts))


def find_stop_badges(look: Look) -> Iterable[Badge]:
    """Say whether nothing is left."""
    if look.row.is_sold_out:
        yield Badge(text=_("Sold out"), tone=Tone.BAD)


CATEGORY = Page(
    parts=(
        read_place,
        Related(
            title=gettext_lazy("Categories in it"),
            model=Category,
            by="parent",
            columns=("clopos_id", "name", "position", "status"),
            order=("position", "name", "pk"),
            limit=50,
        ),
        Related(
            title=gettext_lazy("Products"),
            model=Product,
            by="category",
            columns=("clopos_id", "full_name", "type", "price", "cost_price", "gross_margin"),
            order=("name", "pk"),
            limit=50,
        ),
    ),
    listed=(
        Listed(title=gettext_lazy("Products"), model=Product, by="category"),
        Listed(title=gettext_lazy("Products by accounting"), model=Product, by="accounting_category"),
    ),
)

STATION = Page(
    parts=(
        Facts(names=("type", "status", "printable", "can_print", "reminder_enabled", "description")),
        Related(
            title=gettext_lazy("Products"),
            model=Product,
            by="station",
            columns=("clopos_id", "full_name", "category", "price"),
            order=("name", "pk"),
            limit=50,
        ),
    ),
)

STOP_LIST_ENTRY = Page(find_badges=find_stop_badges, parts=(Facts(names=("venue", "product", "limit", "timestamp")),))

PRICE_LIST = Page(
    parts=(
        Facts(names=("description", "status", "created_at", "updated_at")),
        Related(
            title=gettext_lazy("Prices"),
            model=PriceListPrice,
            by="list",
            columns=("clopos_id", "product", "price", "updated_at"),
            limit=100,
        ),
    ),
)
