"""Brands: the one table of the mirror that people edit. The secret goes in and never comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of
from django_clopos.admin.brand_access import test_connection
from django_clopos.admin.brand_overview import describe_brand
from django_clopos.admin.brand_sync import queue_sync, show_sync_page
from django_clopos.admin.gates import make_path, open_for_change
from django_clopos.admin.readonly import ScopedAdmin
from django_clopos.models import Brand
from django_clopos.models.brands import validate_timezone
from django_clopos.schedule.freshness import Freshness, read_freshness
from django_clopos.schedule.holds import try_now
from django_clopos.schedule.words import describe_age, describe_freshness

if TYPE_CHECKING:  # Django's classes take no type parameter at run time
    _ModelForm = forms.ModelForm[Brand]
else:
    _ModelForm = forms.ModelForm

_CREDENTIALS = _("Credentials")
_SAVED = "_django_clopos_saved"
_FRESHNESS = "_django_clopos_freshness"


class BrandForm(_ModelForm):
    """A brand's columns, and a box for a new secret.

    The stored secret is not even read: so it cannot show, and one of another SECRET_KEY can be replaced here.
    """

    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Never shown. Empty keeps the stored one; env:NAME reads an environment variable."),
    )

    class Meta:
        model = Brand
        exclude = ("client_secret",)  # every other column is meant

    def clean_currency(self) -> str:
        """Demand an ISO code."""
        code = str(self.cleaned_data["currency"]).upper()
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise ValidationError(_("Use an ISO code of three letters, such as AZN."))
        return code

    def clean_venue_timezones(self) -> dict[str, str]:
        """Demand zones by Clopos id: a wrong one would stop every sync."""
        zones = self.cleaned_data["venue_timezones"] or {}
        if not isinstance(zones, dict) or not all(str(venue).isdigit() for venue in zones):
            raise ValidationError(_('Use zones by Clopos id, such as {"3": "Asia/Tashkent"}.'))
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

    class Media:
        css: ClassVar = {"all": ("django_clopos/operations.css",)}
        js: ClassVar = ("django_clopos/operations.js",)

    list_display = ("slug", "name", "state", "freshness", "orders", "receipts", "remote_timezone", "currency")
    list_filter = ("is_active",)
    search_fields = ("^slug", "^name")
    show_full_result_count = False
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ("slug", "name", "is_active")}),
        (_CREDENTIALS, {"fields": ("client_id", "client_secret", "integrator_id", "base_url")}),
        (_("Zone and currency"), {"fields": ("remote_timezone", "venue_timezones", "date_timezone", "currency")}),
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

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the freshness of all brands at once, and note on each how fresh it is."""
        changelist = super().get_changelist_instance(request)
        found = {each.brand.pk: each for each in read_freshness()}
        for brand in changelist.result_list:
            setattr(brand, _FRESHNESS, found.get(brand.pk))
        return changelist

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Save, and have workers try again at once what failed with the old credentials."""
        super().save_model(request, obj, form, change)
        try_now(obj.pk)

        _remember(request, obj)

    def get_urls(self) -> list[Any]:
        """Add the pages that run the mirror."""
        return [
            make_path(self, "test", self.test_view),
            make_path(self, "sync", self.sync_view, methods=("GET", "POST")),
            make_path(self, "pause", self.pause_view, methods=("GET", "POST")),
            make_path(self, "resume", self.resume_view),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Test the connection after the form was saved and committed, where that was asked for."""
        is_asked = request.method == "POST" and "_test" in request.POST
        if is_asked:
            values = request.POST.copy()
            values["_continue"] = "1"
            request.POST = values  # type: ignore[assignment]  # as Django's own documentation does
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        saved = getattr(request, _SAVED, None)
        if is_asked and saved is not None:
            test_connection(self, request, self.get_queryset(request).get(pk=saved))
        return answer

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell on a brand's page how the brand stands."""
        obj = kwargs.get("obj")
        if obj is not None and obj.pk:
            # The form may hold values that were refused.
            stored = self.get_queryset(request).get(pk=obj.pk)
            context["overview"] = describe_brand(stored, request)
            context["may_run"] = self.has_change_permission(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Test the stored credentials."""
        brand = open_for_change(self, request, object_id)
        test_connection(self, request, brand)
        return _lead_back(brand)

    def sync_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what to sync, or queue it."""
        brand = open_for_change(self, request, object_id)
        return (queue_sync if request.method == "POST" else show_sync_page)(self, request, brand)

    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to pause a brand, or do it."""
        brand = open_for_change(self, request, object_id)
        if request.method == "POST":
            return self._set_active(request, brand, is_active=False)
        context = {**self.admin_site.each_context(request), "title": _("Pause"), "opts": self.opts, "original": brand}
        return TemplateResponse(request, "admin/django_clopos/brand/pause.html", context)

    def resume_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a brand be synced again, and what failed be tried at once."""
        brand = open_for_change(self, request, object_id)
        try_now(brand.pk)
        return self._set_active(request, brand, is_active=True)

    def _set_active(self, request: HttpRequest, brand: Brand, *, is_active: bool) -> HttpResponse:
        brand.is_active = is_active
        brand.save(update_fields=["is_active"])
        self.log_change(request, brand, "Resumed." if is_active else "Paused.")
        said = gettext("The brand is synced again.") if is_active else gettext("The brand is paused.")
        messages.success(request, said)
        return _lead_back(brand)

    @admin.display(description=_("state"))
    def state(self, brand: Brand) -> str:
        """Whether the brand is synced."""
        if not brand.is_active:
            return gettext("paused")
        is_held = brand.held_until is not None and brand.held_until > timezone.now()
        return gettext("held") if is_held else gettext("active")

    @admin.display(description=_("Freshness"))
    def freshness(self, brand: Brand) -> str | None:
        """Whether what an active brand mirrors is as fresh as it should be."""
        read: Freshness | None = getattr(brand, _FRESHNESS)
        return describe_freshness(read) if read is not None and brand.is_active else None

    @admin.display(description=pgettext_lazy("clopos", "orders"))
    def orders(self, brand: Brand) -> str | None:
        """How long ago the news of orders was read."""
        return _describe_age(brand, "orders")

    @admin.display(description=pgettext_lazy("clopos", "receipts"))
    def receipts(self, brand: Brand) -> str | None:
        """How long ago the news of receipts was read."""
        return _describe_age(brand, "receipts")

    def has_delete_permission(self, request: HttpRequest, obj: Brand | None = None) -> bool:
        """Refuse: Django would first gather every row of the brand in memory."""
        return False


def _describe_age(brand: Brand, resource: str) -> str | None:
    read: Freshness | None = getattr(brand, _FRESHNESS)
    job = next((job for job in (read.jobs if read else ()) if job.job == resource), None)
    if job is None:
        return None
    age = describe_age(job.age)
    if not job.is_stale:
        return age
    return format_html('<span class="clopos-bad">{}</span>', gettext("STALE, {state}").format(state=age))


def _remember(request: HttpRequest, brand: Brand) -> None:
    """Note what the form has saved, for what is done after its transaction."""
    setattr(request, _SAVED, brand.pk)


def _lead_back(brand: Brand) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:django_clopos_brand_change", args=[brand.pk]))
