"""The catalog around the products: categories, stations, the stop list."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from django_clopos.models import columns
from django_clopos.models.base import MarkedModel, MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.scope import OfBrand, OfVenue, Place


class Category(MirrorModel):
    """A node of the category tree. Source: wire contract, section 13.5."""

    place: ClassVar[Place] = OfBrand()

    class Type(models.TextChoices):
        """What is sorted into the tree. Source: wire contract, section 11."""

        PRODUCT = "PRODUCT"
        INGREDIENT = "INGREDIENT"
        ACCOUNTING = "ACCOUNTING"

    name = columns.name()
    status = columns.small(help_text="1: active.")
    hidden = columns.flag(help_text="Hidden in menus.")
    type = columns.name(choices=Type.choices)
    parent = MirrorForeignKey("self", related_name="children", db_index=True)
    depth = columns.small(help_text="0: a root.")
    lft = columns.small("left bound", help_text="Of the nested set; renumbered with every change of the tree.")
    rgt = columns.small("right bound", help_text="Of the nested set; renumbered with every change of the tree.")
    position = columns.small()
    color = columns.name()
    slug = columns.name()
    code = columns.name()
    media = columns.json()
    image = columns.json()
    meta = columns.json()
    properties = columns.json()
    emenu_position = columns.small()
    emenu_hidden = columns.flag()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["type", "position", "name", "id"]
        verbose_name_plural = "categories"


class Station(MirrorModel):
    """Where products are made, with its printer. Source: wire contract, section 13.6."""

    place: ClassVar[Place] = OfBrand()

    class Type(models.IntegerChoices):
        """Source: wire contract, section 11."""

        OTHER = 0
        KITCHEN = 1

    name = columns.name()
    status = columns.small(help_text="1: active.")
    type = columns.small(choices=Type.choices)
    printable = columns.flag()
    can_print = columns.flag()
    reminder_enabled = columns.flag()
    description = columns.text()
    meta = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]


class StopListEntry(MarkedModel):
    """How much of a product is left in a venue; a product without an entry is unlimited.

    Source: wire contract, section 13.8.
    """

    place: ClassVar[Place] = OfVenue()

    venue = MirrorForeignKey("Venue", related_name="stop_list")
    product = MirrorForeignKey("Product", related_name="stop_list", db_index=True)
    limit = columns.decimal(help_text="What is left; 0: sold out.")
    timestamp = columns.stamp("limited at")

    class Meta:
        verbose_name = "stop-list entry"
        verbose_name_plural = "stop-list entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["venue", "product"], name="clopos_stop_list_unique"),
        ]

    def __str__(self) -> str:
        product = self.product or _("a product not mirrored")
        return f"{product}: {self.limit}"

    @property
    def is_sold_out(self) -> bool:
        """Whether nothing is left; an entry that was lifted limits nothing."""
        return self.removed_at is None and self.limit == 0
