"""Credentials of the Clopos-compatible face: their secret is shown once, and nobody gives more than they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from django_clopos.access import find_viewer_of
from django_clopos.admin.access import find_own_brands, refuse_unknown_venues
from django_clopos.admin.filters import BrandFilter
from django_clopos.admin.readonly import ScopedAdmin
from django_clopos.models import FaceCredential

if TYPE_CHECKING:  # Django's classes take no type parameter at run time
    _ModelForm = forms.ModelForm[FaceCredential]
else:
    _ModelForm = forms.ModelForm

_STATES = ("client_id", "created_by", "created_at", "last_used_at", "revoked_at")
#: What a credential may see is decided when it is issued: to see something else takes another one.
_DECIDED = ("brand", "venues", "sees_personal")


class FaceCredentialForm(_ModelForm):
    """A name, a brand, and ids of venues that the brand has."""

    class Meta:
        model = FaceCredential
        fields = ("name", "brand", "venues", "sees_personal", "integrator_id", "expires_at")

    def clean(self) -> dict[str, Any]:
        """Refuse venues that the brand does not have."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_unknown_venues(self, values)
        return values


@admin.register(FaceCredential)
class FaceCredentialAdmin(ScopedAdmin):
    """What programs sign in with to read the mirror as if it were Clopos. They are revoked, not deleted."""

    form = FaceCredentialForm
    list_display = ("name", "brand", "client_id", "sees_personal", "expires_at", "revoked_at", "last_used_at")
    list_filter = (BrandFilter, "sees_personal")
    list_select_related = ("brand",)
    search_fields = ("^name", "=client_id")
    show_full_result_count = False
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave the brands' secrets unread."""
        return super().get_queryset(request).defer("brand__client_secret")

    def get_fields(self, request: HttpRequest, obj: FaceCredential | None = None) -> Any:
        """Offer personal data to give to whoever may see it; show the states of one that is issued."""
        fields = list(FaceCredentialForm.Meta.fields)
        if obj is None:
            return (
                fields
                if find_viewer_of(request).sees_personal
                else [name for name in fields if name != "sees_personal"]
            )
        return [*fields, *_STATES]

    def get_readonly_fields(self, request: HttpRequest, obj: FaceCredential | None = None) -> Any:
        """What was decided when it was issued, and its states."""
        return () if obj is None else (*_DECIDED, *_STATES)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the brands of which the user may see every venue: nobody can give more than they have."""
        if db_field.name == "brand":
            kwargs["queryset"] = find_own_brands(find_viewer_of(request).scope)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: FaceCredential | None = None) -> bool:
        """Ask Django, and for what the credential sees."""
        sees_more = obj is not None and obj.sees_personal and not find_viewer_of(request).sees_personal
        return not sees_more and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: FaceCredential | None = None) -> bool:
        """Refuse: who could read what, and until when, stays known."""
        return False

    def save_model(self, request: HttpRequest, obj: FaceCredential, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Give a new credential its secret, which the answer to this request shows."""
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]  # whoever is here is signed in
            obj.shown_secret = obj.give_secret()  # type: ignore[attr-defined]  # for this answer alone
        super().save_model(request, obj, form, change)

    @sensitive_variables("context")
    def response_add(
        self, request: HttpRequest, obj: FaceCredential, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret on the page itself: a message would be kept in a cookie or a session."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Credential issued"),
            "opts": self.opts,
            "credential": obj,
            "secret": obj.shown_secret,  # type: ignore[attr-defined]  # see save_model
        }
        page = TemplateResponse(request, "admin/django_clopos/facecredential/issued.html", context)
        page["Cache-Control"] = "private, no-store"
        return page

    @admin.action(description=_("Revoke selected credentials"), permissions=["change"])
    def revoke(self, request: HttpRequest, rows: models.QuerySet[FaceCredential]) -> None:
        """End credentials and their tokens at once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        count = rows.filter(revoked_at=None).update(revoked_at=timezone.now())
        text = ngettext("%(count)d credential was revoked.", "%(count)d credentials were revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
