"""Brands: the one table of the mirror that people edit. The secret goes in and never comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from django_clopos.access import find_viewer_of
from django_clopos.admin.readonly import ScopedAdmin
from django_clopos.models import Brand
from django_clopos.models.brands import validate_timezone
from django_clopos.schedule.holds import try_now

if TYPE_CHECKING:  # Django's classes take no type parameter at run time
    _ModelForm = forms.ModelForm[Brand]
else:
    _ModelForm = forms.ModelForm

_CREDENTIALS = "Credentials"


class BrandForm(_ModelForm):
    """A brand's columns, and a box for a new secret.

    The stored secret is not even read: so it cannot show, and one of another SECRET_KEY can be replaced here.
    """

    client_secret = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Never shown. Empty keeps the stored one; env:NAME reads an environment variable.",
    )

    class Meta:
        model = Brand
        exclude = ("client_secret",)  # every other column is meant

    def clean_currency(self) -> str:
        """Demand an ISO code."""
        code = str(self.cleaned_data["currency"]).upper()
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise ValidationError("Use an ISO code of three letters, such as AZN.")
        return code

    def clean_venue_timezones(self) -> dict[str, str]:
        """Demand zones by Clopos id: a wrong one would stop every sync."""
        zones = self.cleaned_data["venue_timezones"] or {}
        if not isinstance(zones, dict) or not all(str(venue).isdigit() for venue in zones):
            raise ValidationError('Use zones by Clopos id, such as {"3": "Asia/Tashkent"}.')
        for zone in zones.values():
            validate_timezone(zone if isinstance(zone, str) else "")
        return zones

    def save(self, commit: bool = True) -> Brand:  # noqa: FBT001, FBT002  # the framework's signature
        """Keep the stored secret unless a new one is given."""
        secret = self.cleaned_data["client_secret"]
        if secret:
            self.instance.client_secret = secret
        return super().save(commit=commit)


@admin.register(Brand)
class BrandAdmin(ScopedAdmin):
    """Tenants with their credentials, zone and currency. A brand is switched off, not deleted: its rows need it."""

    form = BrandForm
    list_display = ("slug", "name", "is_active", "remote_timezone", "currency", "created_at")
    list_filter = ("is_active",)
    search_fields = ("^slug", "^name")
    show_full_result_count = False
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ("slug", "name", "is_active")}),
        (_CREDENTIALS, {"fields": ("client_id", "client_secret", "integrator_id", "base_url")}),
        ("Zone and currency", {"fields": ("remote_timezone", "venue_timezones", "date_timezone", "currency")}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Brand | None = None) -> Any:
        """Leave the credentials out for who may only look: a page without a form would show the secret."""
        parts = super().get_fieldsets(request, obj)
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return parts if may_change else [part for part in parts if part[0] != _CREDENTIALS]

    def has_change_permission(self, request: HttpRequest, obj: Brand | None = None) -> bool:
        """Ask Django, and for every venue of the brand, which a change is felt in."""
        covers = obj is None or find_viewer_of(request).scope.covers(obj.pk)
        return covers and super().has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Brand]:
        """Leave the secret unread."""
        return super().get_queryset(request).defer("client_secret")

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Save, and have workers try again at once what failed with the old credentials."""
        super().save_model(request, obj, form, change)
        try_now(obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Brand | None = None) -> bool:
        """Refuse: Django would first gather every row of the brand in memory."""
        return False
