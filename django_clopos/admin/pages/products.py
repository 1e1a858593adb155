"""The pages of products and of what belongs to them: modifiers, recipes, packages, taxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.formats import write_amount
from django_clopos.admin.pages.blocks import Badge, BadgesBlock, Cell, Column, Fact, FactsBlock, Row, TableBlock, Tone
from django_clopos.admin.pages.categories import write_path
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Facts, Listed, Related, is_removed, write_facts
from django_clopos.admin.pages.prices import read_price_history, read_venue_prices
from django_clopos.admin.pages.values import write_number, write_value
from django_clopos.models import (
    Modifier,
    ModifierGroup,
    OrderItem,
    Package,
    PriceListPrice,
    Product,
    ProductModifierGroup,
    ProductTax,
    ReceiptProduct,
    RecipeItem,
    StopListEntry,
)

_GROUPS, _MODIFIERS, _STOPS = 20, 200, 50


def find_product_badges(look: Look) -> Iterable[Badge]:
    """Give the states of a product."""
    row = look.row
    if row.type:
        yield Badge(text=row.get_type_display())
    if row.status is not None:
        is_active = row.status == 1
        yield Badge(text=_("Active") if is_active else _("Inactive"), tone=Tone.GOOD if is_active else Tone.QUIET)
    if row.hidden:
        yield Badge(text=_("Hidden"))
    if row.sold_by_weight:
        yield Badge(text=_("Sold by weight"))


def read_place(look: Look) -> FactsBlock | None:
    """Say where the product is: in the tree of categories, at a station, below a parent."""
    row = look.row
    path = write_path(look, row.category_id)
    facts = [Fact(label=_("Category"), value=path)] if path else write_facts(look, "category")
    facts += write_facts(look, "parent", "station", "accounting_category", "barcode", "gov_code")
    unit = row.unit.get("name") if isinstance(row.unit, dict) else None
    if isinstance(unit, str) and unit:
        facts.append(Fact(label=_("Unit"), value=unit))
    facts += write_facts(look, "cooking_time", "inventory_behavior", "low_stock", "description")
    return FactsBlock(title=_("Product"), facts=tuple(facts)) if facts else None


def read_stops(look: Look) -> BadgesBlock | None:
    """Say in which of the venues that the user sees the product is sold out or nearly so."""
    if not look.may_view(StopListEntry):
        return None
    entries = look.read_rows(StopListEntry, "venue").filter(product=look.row.pk, removed_at=None).order_by("pk")
    badges = tuple(_write_stop(entry) for entry in entries[:_STOPS])
    return BadgesBlock(title=_("Stop list"), badges=badges) if badges else None


def _write_stop(entry: Any) -> Badge:
    venue = entry.venue or _("Unknown venue")
    if entry.is_sold_out:
        return Badge(text=_("%(venue)s: sold out") % {"venue": venue}, tone=Tone.BAD)
    left = "?" if entry.limit is None else write_number(entry.limit)
    return Badge(text=_("%(venue)s: %(count)s left") % {"venue": venue, "count": left}, tone=Tone.WARNING)


def read_modifier_groups(look: Look) -> TableBlock | None:
    """Give the groups of modifiers that the product offers, with what can be chosen, in two queries."""
    ties = look.read_rows(ProductModifierGroup, "modifier_group").filter(product=look.row.pk).order_by("position")
    found = list(ties[: _GROUPS + 1])
    if not found:
        return None
    by_group: dict[int, list[Any]] = defaultdict(list)
    keys = [tie.modifier_group_id for tie in found]
    for modifier in look.read_rows(Modifier).filter(group__in=keys, removed_at=None)[:_MODIFIERS]:
        by_group[modifier.group_id].append(modifier)
    return TableBlock(
        title=capfirst(ModifierGroup._meta.verbose_name_plural),
        columns=(Column(label=_("Group")), Column(label=_("Choose")), Column(label=_("Modifiers"))),
        rows=tuple(_write_group(look, tie, by_group[tie.modifier_group_id]) for tie in found[:_GROUPS]),
        is_cut=len(found) > _GROUPS,
    )


def _write_group(look: Look, tie: Any, modifiers: list[Any]) -> Row:
    group = tie.modifier_group
    choices = ", ".join(_write_modifier(look, each) for each in modifiers)
    return Row(
        cells=(
            Cell(value=write_value(look, tie, "modifier_group")),
            Cell(value=_write_choice(group) if group else None),
            Cell(value=choices or None),
        ),
        is_removed=is_removed(group),
    )


def _write_choice(group: Any) -> str:
    bounds = [str(each) for each in (group.min_select, group.max_select) if each is not None]
    return "\u2013".join(dict.fromkeys(bounds)) or group.get_type_display() or ""


def _write_modifier(look: Look, modifier: Any) -> str:
    price = f" (+{write_amount(modifier.price, look.currency)})" if modifier.price else ""
    return f"{modifier}{price}"


PRODUCT = Page(
    find_badges=find_product_badges,
    parts=(
        read_place,
        Facts(
            title=gettext_lazy("Price and cost"),
            names=(
                "price", "cost_price", "average_cost", "gross_margin", "markup_rate", "discountable", "giftable",
                "ignore_service_charge",
            ),
        ),
        read_venue_prices,
        read_stops,
        Related(
            title=gettext_lazy("Variants"),
            model=Product,
            by="parent",
            columns=("clopos_id", "full_name", "price", "cost_price", "gross_margin", "status"),
            order=("position", "pk"),
            limit=50,
        ),
        read_modifier_groups,
        Related(
            title=gettext_lazy("Recipe"),
            model=RecipeItem,
            by="dish",
            columns=("ingredient", "gross", "net", "net_put"),
            order=("position",),
            limit=50,
        ),
        Related(
            title=gettext_lazy("Ingredient of"),
            model=RecipeItem,
            by="ingredient",
            columns=("dish", "gross", "net"),
            order=("dish", "position"),
        ),
        Related(
            title=gettext_lazy("Used up by modifiers"),
            model=Modifier,
            by="ingredient",
            columns=("clopos_id", "name", "group", "price", "brutto"),
        ),
        Related(
            title=gettext_lazy("Prices in price lists"),
            model=PriceListPrice,
            by="product",
            columns=("clopos_id", "list", "price", "updated_at"),
            order=("list", "pk"),
        ),
        Related(title=gettext_lazy("Taxes"), model=ProductTax, by="product", columns=("tax",), order=("position",)),
        Related(title=gettext_lazy("Packages"), model=Package, by="product", columns=("clopos_id", "name", "equal")),
        read_price_history,
    ),
    listed=(
        Listed(title=gettext_lazy("Receipt lines"), model=ReceiptProduct, by="product"),
        Listed(title=gettext_lazy("Order items"), model=OrderItem, by="product"),
        Listed(title=gettext_lazy("Stop list"), model=StopListEntry, by="product"),
    ),
)  # fmt: skip

MODIFIER_GROUP = Page(
    parts=(
        Facts(names=("type", "min_select", "max_select", "status", "adjust_to_portion")),
        Related(
            title=gettext_lazy("Modifiers"),
            model=Modifier,
            by="group",
            columns=("clopos_id", "name", "price", "ingredient", "brutto", "default_count", "status"),
            order=("position", "pk"),
            limit=100,
        ),
        Related(
            title=gettext_lazy("Products"),
            model=ProductModifierGroup,
            by="modifier_group",
            columns=("product",),
            order=("product",),
            limit=50,
        ),
    ),
)

MODIFIER = Page(
    parts=(
        Facts(
            names=(
                "group", "price", "cost_price", "status", "ingredient", "dish", "brutto", "default_count", "min_count",
                "max_count",
            )
        ),
    ),
)  # fmt: skip

TAX = Page(
    parts=(
        Facts(names=("rate", "is_default", "rounding_option", "priority", "has_sale_types")),
        Related(
            title=gettext_lazy("Products"),
            model=ProductTax,
            by="tax",
            columns=("product",),
            order=("product",),
            limit=50,
        ),
    ),
)
