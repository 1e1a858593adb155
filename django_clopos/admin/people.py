"""Which columns, filters and search the lists of people have."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.filters import ReferenceFilter
from django_clopos.admin.pages.people import CUSTOMER, CUSTOMER_GROUP, STAFF_USER
from django_clopos.admin.readonly import MirrorAdmin
from django_clopos.models import Customer, CustomerGroup, User


@admin.register(User)
class UserAdmin(MirrorAdmin):
    """Members of staff."""

    page = STAFF_USER
    list_display = ("clopos_id", "username", "first_name", "last_name", "owner", "status", "hide", "brand")
    list_filter = ("status", "owner", "hide", *MirrorAdmin.list_filter)
    search_fields = ("=clopos_id", "^username", "^first_name", "^last_name")


@admin.register(CustomerGroup)
class CustomerGroupAdmin(MirrorAdmin):
    """Groups of customers."""

    page = CUSTOMER_GROUP
    list_display = ("clopos_id", "name", "discount_type", "discount_value", "system_type", "updated_at", "brand")


@admin.register(Customer)
class CustomerAdmin(MirrorAdmin):
    """Customers."""

    page = CUSTOMER
    list_display = ("clopos_id", "name", "phone", "group", "spent", "receipt_count", "discount", "created_at", "brand")
    list_filter = (
        "status",
        "is_verified",
        ("group", ReferenceFilter),
        ("venue", ReferenceFilter),
        *MirrorAdmin.list_filter,
    )
    search_fields = ("=clopos_id", "=cid", "^name", "^phone", "=code")
