"""Which columns, filters and search the lists of people have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.access import MASK, get_viewer
from django_clopos.admin.columns import link_to_list, write_aligned
from django_clopos.admin.exports import Column
from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.formats import write_amount
from django_clopos.admin.inputs import AmountRangeFilter, MomentRangeFilter
from django_clopos.admin.pages.people import CUSTOMER, CUSTOMER_GROUP, STAFF_USER
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Customer, CustomerGroup, Receipt, User


@admin.register(User)
class UserAdmin(MirrorAdmin):
    """Members of staff."""

    page = STAFF_USER
    list_display = ("clopos_id", "username", "first_name", "last_name", "owner", "status", "hide", "closed", "brand")
    list_filter = ("status", "owner", "hide", *MirrorAdmin.list_filter)
    search_fields = ("=clopos_id", "^username", "^first_name", "^last_name")

    @admin.display(description=gettext_lazy("receipts"))
    def closed(self, user: User) -> SafeString:
        """The receipts that they closed."""
        return link_to_list(Receipt, _("closed"), close_by_user=user.pk)


@admin.register(CustomerGroup)
class CustomerGroupAdmin(MirrorAdmin):
    """Groups of customers."""

    page = CUSTOMER_GROUP
    list_display = ("clopos_id", "name", "discount_type", "discount_value", "system_type", "updated_at", "brand")


def _read_balance(customer: Customer) -> Decimal | str | None:
    """Read what is on a customer's account; a sign for whoever may not see it."""
    if not get_viewer(customer).sees_personal:
        return MASK
    amount = customer.balance.get("amount") if isinstance(customer.balance, dict) else None
    return Decimal(amount) if isinstance(amount, int | Decimal) else None


@admin.register(Customer)
class CustomerAdmin(MirrorAdmin):
    """Customers."""

    page = CUSTOMER
    list_display = (
        "clopos_id",
        "name",
        "phone",
        "group",
        "spent",
        "receipt_count",
        "account",
        "discount",
        "created_at",
        "bought",
        "brand",
    )
    list_filter = (
        ("group", ReferenceFilter),
        ("spent", AmountRangeFilter),
        ("created_at", MomentRangeFilter),
        "status",
        "is_verified",
        ("venue", ReferenceFilter),
        *MirrorAdmin.list_filter,
    )
    search_fields = ("=clopos_id", "=cid", "^name", "^phone", "=code")
    search_help_text = gettext_lazy("Beginning of the name or phone, or code, UUID or Clopos id in full.")
    export_columns = ("email", "venue", "total_discount", "total_bonus", "status", "updated_at")
    export_computed = {"account": Column(heading=gettext_lazy("balance"), read=_read_balance)}
    export_needs = ("balance",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave long texts unread that no list shows."""
        return super().get_queryset(request).defer("address_data", "addresses", "description", "phones")

    @admin.display(description=gettext_lazy("balance"))
    def account(self, customer: Customer) -> SafeString | str | None:
        """What is on the account."""
        balance = _read_balance(customer)
        return (
            write_aligned(write_amount(balance, customer.brand.currency)) if isinstance(balance, Decimal) else balance
        )

    @admin.display(description=gettext_lazy("receipts"))
    def bought(self, customer: Customer) -> SafeString:
        """The receipts that name the customer."""
        return link_to_list(Receipt, _("receipts"), customer=customer.pk)
