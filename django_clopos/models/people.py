"""People: staff users, customers and their groups."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from django_clopos.models import columns
from django_clopos.models.base import MirrorModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.scope import OfBrand, Place
from django_clopos.schemas.personal import MASK


class Gender(models.IntegerChoices):
    """Source: wire contract, section 11."""

    MALE = 1
    FEMALE = 2


class User(MirrorModel):
    """A member of staff, never a login of this site. PIN, card and barcode are not kept.

    Source: wire contract, section 13.2.
    """

    place: ClassVar[Place] = OfBrand()
    personal: ClassVar = frozenset({"email", "mobile_number", "salary", "tip_message", "properties", "image"})
    records: ClassVar = frozenset({"raw"})

    email = columns.name()
    username = columns.name(help_text="Name shown on the POS.")
    first_name = columns.name()
    last_name = columns.name()
    mobile_number = columns.name()
    owner = columns.flag(help_text="Owner of the brand.")
    status = columns.flag("active")
    hide = columns.flag("hidden", help_text="Hidden on the POS.")
    salary = columns.decimal()
    can_receive_tips = columns.flag()
    tip_message = columns.text()
    login_at = columns.stamp("last login at")
    bonus_balance_id = columns.big()
    properties = columns.json()
    image = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["username", "id"]
        verbose_name = "staff user"

    def __str__(self) -> str:
        return self.username or self.full_name or super().__str__()

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class CustomerGroup(MirrorModel):
    """A group of customers with a discount. Source: wire contract, section 13.4."""

    place: ClassVar[Place] = OfBrand()

    name = columns.name()
    discount_type = columns.name(help_text="Text: the remote sends null, a number or a word.")
    discount_value = columns.decimal()
    system_type = columns.name(help_text="Set on the brand's built-in group: my_customers.")
    total_amount = columns.decimal()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]


class Customer(MirrorModel):
    """A customer with contact data and running totals. Source: wire contract, section 13.3."""

    place: ClassVar[Place] = OfBrand()
    personal: ClassVar = frozenset(
        {
            "cid", "name", "email", "phone", "phones", "address", "address_data", "addresses", "description", "code",
            "reference_id", "gender", "date_of_birth", "phone_verified_at", "balance", "cashback_balance",
        }
    )  # fmt: skip
    records: ClassVar = frozenset({"raw"})

    class Source(models.TextChoices):
        """Source: wire contract, section 11."""

        LOYALTY = "LOYALTY"

    cid = columns.name(help_text="UUID given by the client.")
    venue = MirrorForeignKey("Venue", related_name="customers", verbose_name="home venue")
    group = MirrorForeignKey("CustomerGroup", related_name="customers", db_index=True)
    name = columns.name()
    email = columns.name()
    phone = columns.name()
    phones = columns.json("further phones")
    address = columns.text()
    address_data = columns.json("structured addresses")
    addresses = columns.json()
    description = columns.text()
    code = columns.name()
    source = columns.name(choices=Source.choices)
    reference_id = columns.name()
    gender = columns.small(choices=Gender.choices)
    date_of_birth = columns.day()
    discount = columns.decimal()
    spent = columns.decimal(help_text="Running total.")
    total_discount = columns.decimal(help_text="Running total.")
    total_bonus = columns.decimal(help_text="Running total.")
    receipt_count = columns.small()
    status = columns.flag("active")
    can_use_loyalty_system = columns.flag()
    is_verified = columns.flag()
    phone_verified_at = columns.stamp()
    balance_id = columns.big()
    bonus_balance_id = columns.big()
    cashback_balance_id = columns.big()
    balance = columns.json()
    cashback_balance = columns.json()
    created_at = columns.stamp()
    updated_at = columns.stamp()
    deleted_at = columns.stamp()

    class Meta(MirrorModel.Meta):
        indexes: ClassVar = [models.Index(fields=["brand", "phone"], name="clopos_customer_phone")]

    def __str__(self) -> str:
        return self.name if self.name and self.name != MASK else f"{self._meta.verbose_name} {self.clopos_id}"
