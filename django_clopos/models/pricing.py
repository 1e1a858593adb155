"""Price lists and the prices in them."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _

from django_clopos.models import columns
from django_clopos.models.base import MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.scope import OfBrand, Place


class PriceList(MirrorModel):
    """A named list of prices; nothing links it to a venue or a sale type. Source: wire contract, section 13.9."""

    place: ClassVar[Place] = OfBrand()

    name = columns.name()
    description = columns.text()
    status = columns.flag("active")
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]


class PriceListPrice(MirrorModel):
    """What a product costs in a price list. Source: wire contract, section 13.9."""

    place: ClassVar[Place] = OfBrand()

    list = MirrorForeignKey("PriceList", related_name="prices", db_index=True)
    product = MirrorForeignKey("Product", related_name="list_prices", db_index=True)
    price = columns.decimal()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        verbose_name = "price of a list"
        verbose_name_plural = "prices of lists"

    def __str__(self) -> str:
        product = self.product or _("a product not mirrored")
        return f"{product}: {self.price}"
