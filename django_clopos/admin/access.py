"""Who may see which brands and venues: edited with the permission to, never beyond what the editor sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from django_clopos.access import Scope, find_viewer_of
from django_clopos.admin.filters import BrandFilter
from django_clopos.admin.readonly import ScopedAdmin
from django_clopos.models import Brand, BrandAccess, Venue
from django_clopos.models.names import CONTEXT

if TYPE_CHECKING:  # Django's classes take no type parameter at run time
    _ModelForm = forms.ModelForm[BrandAccess]
else:
    _ModelForm = forms.ModelForm


class BrandAccessForm(_ModelForm):
    """A user, a brand, and ids of venues that the brand has."""

    class Meta:
        model = BrandAccess
        fields = ("user", "brand", "venues")

    def clean(self) -> dict[str, Any]:
        """Refuse venues that the brand does not have: a slip would hide everything."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_unknown_venues(self, values)
        return values


@admin.register(BrandAccess)
class BrandAccessAdmin(ScopedAdmin):
    """Which brands and venues users may see; superusers see everything without."""

    form = BrandAccessForm
    list_display = ("user", "brand", "venue_ids")
    list_filter = (BrandFilter,)
    list_select_related = ("user", "brand")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave the brands' secrets unread."""
        return super().get_queryset(request).defer("brand__client_secret")

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """Search for users rather than list all of them, where the site's admin of users can."""
        users = admin.site.get_model_admin(get_user_model()) if admin.site.is_registered(get_user_model()) else None
        return ("user",) if users and users.get_search_fields(request) else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the brands of which the user may see every venue: nobody can give more than they have."""
        if db_field.name == "brand":
            kwargs["queryset"] = find_own_brands(find_viewer_of(request).scope)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=pgettext_lazy(CONTEXT, "venues"))
    def venue_ids(self, access: BrandAccess) -> str:
        """The Clopos ids, or that it is all of them."""
        return ", ".join(map(str, access.venues)) or _("every venue")


def refuse_unknown_venues(form: forms.BaseForm, values: Mapping[str, Any]) -> None:
    """Add an error to a form that names venues which its brand does not have."""
    brand, venues = values.get("brand"), values.get("venues")
    if not (brand and venues):
        return
    known = dict(Venue.objects.for_brand(brand).values_list("clopos_id", "name"))
    unknown = [str(venue) for venue in venues if venue not in known]
    if unknown:
        there = ", ".join(f"{venue} ({name})" for venue, name in sorted(known.items())) or _("none yet")
        text = _("The brand has no venue %(unknown)s. It has: %(there)s.")
        form.add_error("venues", text % {"unknown": ", ".join(unknown), "there": there})


def find_own_brands(scope: Scope) -> models.QuerySet[Brand]:
    """Give the brands of which every venue is in the scope, their secrets unread."""
    brands = Brand.objects.defer("client_secret")
    return brands if scope.is_all else brands.filter(pk__in=scope.brands)
