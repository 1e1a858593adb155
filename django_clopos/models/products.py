"""Products of every type, and what comes nested in them: recipes, modifiers, packages, taxes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from django_clopos.models import columns
from django_clopos.models.base import ChildModel, MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.history import ProductManager
from django_clopos.models.scope import OfBrand, Place


class Product(MirrorModel):
    """A thing that is sold or stocked: dish, good, variant, timer, ingredient. Source: wire contract, section 13.7."""

    place: ClassVar[Place] = OfBrand()

    class Type(models.TextChoices):
        """Source: wire contract, section 11."""

        GOODS = "GOODS"
        DISH = "DISH"
        TIMER = "TIMER"
        PREPARATION = "PREPARATION"
        INGREDIENT = "INGREDIENT"
        MODIFICATION = "MODIFICATION", "Variant"
        MODIFIER = "MODIFIER"

    class InventoryBehavior(models.IntegerChoices):
        """What a sale takes from stock. Source: wire contract, section 11."""

        MINUS_INGREDIENTS = 0
        MINUS_SELF = 1
        PASSIVE = 3

    cid = columns.name(help_text="UUID given by the client.")
    type = columns.name(choices=Type.choices)
    name = columns.name()
    full_name = columns.name(help_text="A variant's name with its parent's.")
    parent = MirrorForeignKey("self", related_name="variants", db_index=True)
    parent_name = columns.name()
    category = MirrorForeignKey("Category", related_name="products", db_index=True)
    accounting_category = MirrorForeignKey("Category", related_name="accounted_products")
    station = MirrorForeignKey("Station", related_name="products")
    unit_id = columns.big()
    unit = columns.json()
    is_nested = models.BooleanField(
        "only nested", default=False, help_text="Known only from inside another product, in no list of its own."
    )
    status = columns.small(help_text="1: active.")
    hidden = columns.flag()
    sold_by_weight = columns.flag()
    discountable = columns.flag()
    giftable = columns.flag()
    has_modifications = columns.flag("has variants", help_text="Then only the variants are sold.")
    ignore_service_charge = columns.flag()
    is_inventory_behavior_changeable = columns.flag()
    price = columns.decimal()
    prices = columns.json("prices by venue")
    cost_price = columns.decimal()
    cost = columns.decimal()
    total_cost = columns.decimal()
    average_cost = columns.decimal()
    markup_rate = columns.decimal(help_text="Percent of the cost; the remote's own figure, possibly stale.")
    gross_margin = columns.decimal(help_text="Percent of the price; the remote's own figure, possibly stale.")
    inventory_behavior = columns.small(choices=InventoryBehavior.choices)
    low_stock = columns.decimal(help_text="Stock below which the remote warns.")
    unit_weight = columns.decimal(help_text="Kilograms.")
    net_output = columns.decimal()
    total_quantity = columns.decimal()
    open_receipts_count = columns.small()
    cooking_time = columns.small(help_text="Minutes.")
    max_age = columns.small()
    barcode = columns.name()
    codes = columns.json()
    gov_code = columns.name("tax code")
    description = columns.text()
    name_slug = columns.name()
    slug = columns.name()
    color = columns.name()
    position = columns.small()
    e_menu_id = columns.big()
    emenu_category_id = columns.big()
    emenu_position = columns.small()
    emenu_hidden = columns.flag()
    tags = columns.json()
    media = columns.json()
    image = columns.json()
    venues = columns.json("settings by venue")
    setting = columns.json("timer setting")
    meta = columns.json()
    properties = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    objects: ClassVar[ProductManager] = ProductManager()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.full_name or super().__str__()

    @property
    def is_variant(self) -> bool:
        """Whether this is a variant of another product."""
        return self.parent_id is not None


class RecipeItem(ChildModel):
    """How much of a product goes into a dish. Source: wire contract, section 12, "Recipe item"."""

    place: ClassVar[Place] = OfBrand()

    dish = MirrorForeignKey("Product", related_name="recipe")
    position = models.PositiveIntegerField()
    ingredient = MirrorForeignKey("Product", related_name="used_in", db_index=True)
    net = columns.decimal()
    gross = columns.decimal()
    net_put = columns.decimal()

    class Meta:
        ordering = ["dish_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dish", "position"], name="clopos_recipe_item_unique"),
        ]

    def __str__(self) -> str:
        ingredient = self.ingredient or _("a product not mirrored")
        return f"{self.gross} x {ingredient}"


class ModifierGroup(MirrorModel):
    """Modifiers that are chosen together. Source: wire contract, section 12, "Modificator group"."""

    place: ClassVar[Place] = OfBrand()

    class Type(models.IntegerChoices):
        """Source: wire contract, section 11."""

        MULTI_CHOICE = 0
        SINGLE_CHOICE = 1

    name = columns.name()
    type = columns.small(choices=Type.choices)
    min_select = columns.small()
    max_select = columns.small()
    status = columns.flag("active")
    adjust_to_portion = columns.flag()
    meta = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]


class Modifier(MirrorModel):
    """One choice of a group, possibly with the product it uses up. Source: wire contract, section 12, "Modificator"."""

    place: ClassVar[Place] = OfBrand()

    group = MirrorForeignKey("ModifierGroup", related_name="modifiers", db_index=True)
    name = columns.name()
    price = columns.decimal()
    cost_price = columns.decimal()
    dish = MirrorForeignKey("Product", related_name="dish_modifiers")
    ingredient = MirrorForeignKey("Product", related_name="ingredient_modifiers")
    brutto = columns.decimal("gross")
    default_count = columns.decimal()
    min_count = columns.decimal()
    max_count = columns.decimal()
    status = columns.flag("active")
    position = columns.small()
    image = columns.json()
    media = columns.json()
    meta = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["group_id", "position", "id"]


class ProductModifierGroup(ChildModel):
    """That a product offers a modifier group."""

    place: ClassVar[Place] = OfBrand()

    product = MirrorForeignKey("Product", related_name="modifier_groups")
    modifier_group = MirrorForeignKey("ModifierGroup", related_name="products", db_index=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["product_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "modifier_group"], name="clopos_product_modifiers_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.modifier_group}"


class Package(MirrorModel):
    """A way a product is packed, and how many of it are inside. Source: wire contract, section 12."""

    place: ClassVar[Place] = OfBrand()

    product = MirrorForeignKey("Product", related_name="packages", db_index=True)
    name = columns.name()
    equal = columns.decimal("contents", help_text="How many of the product are inside.")


class Tax(MirrorModel):
    """A tax rate. Source: wire contract, section 12."""

    place: ClassVar[Place] = OfBrand()

    class RoundingOption(models.TextChoices):
        """Source: wire contract, section 11."""

        ROUND_HALF_UP = "ROUND_HALF_UP"

    name = columns.name()
    rate = columns.decimal(help_text="Percent.")
    type_id = columns.big()
    type = columns.json()
    rounding_option = columns.name(choices=RoundingOption.choices)
    calculation_type = columns.small()
    priority = columns.small()
    is_default = columns.flag()
    status = columns.small(help_text="1: active.")
    has_sale_types = columns.flag()
    sale_types = columns.json()
    meta = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]
        verbose_name_plural = "taxes"


class ProductTax(ChildModel):
    """That a product carries a tax."""

    place: ClassVar[Place] = OfBrand()

    product = MirrorForeignKey("Product", related_name="taxes")
    tax = MirrorForeignKey("Tax", related_name="products", db_index=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["product_id", "position"]
        verbose_name_plural = "product taxes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "tax"], name="clopos_product_tax_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.tax}"
