"""Sync now: a run that is asked for here and done by a worker; without a broker, the command that does the same."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, SyncRun
from django_clopos.schedule.broker import BrokerUnavailable, is_broker_configured, send_briefly
from django_clopos.sync.asked import ask_for_run, find_under_way, withdraw_run
from django_clopos.tasks import sync_brand

_USUAL = [resource.name for resource in RESOURCES if not resource.is_opt_in]


class SyncForm(forms.Form):
    """Which resources; what is not opt-in is chosen at first."""

    resources = forms.MultipleChoiceField(
        label=_("Resources"),
        choices=[(resource.name, resource.name) for resource in RESOURCES],
        widget=forms.CheckboxSelectMultiple,
        initial=_USUAL,
    )

    def list_names(self) -> list[str]:
        """Give the names to ask for; none: all that a plain sync reads."""
        chosen = self.cleaned_data["resources"]
        return [] if sorted(chosen) == sorted(_USUAL) else [each.name for each in RESOURCES if each.name in chosen]


def show_sync_page(model_admin: Any, request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask what to sync, or show the command where no broker is configured."""
    form = SyncForm(request.GET) if "resources" in request.GET else SyncForm()
    names = form.list_names() if form.is_bound and form.is_valid() else []
    return _render(model_admin, request, brand, form, names)


def queue_sync(model_admin: Any, request: HttpRequest, brand: Brand) -> HttpResponse:
    """Queue a run and lead to its page; to the one under way where there is one."""
    form = SyncForm(request.POST if "resources" in request.POST else {"resources": _USUAL})
    if not form.is_valid():
        return _render(model_admin, request, brand, form, [])
    if not is_broker_configured():
        return _render(model_admin, request, brand, form, form.list_names())
    if not brand.is_active:
        messages.error(request, gettext("The brand is paused. Resume it first."))
        return HttpResponseRedirect(_address("brand_change", brand.pk))
    run, is_new = ask_for_run(brand, form.list_names())
    if not is_new:
        messages.info(request, gettext("A sync of this brand waits or goes on already; this is it."))
        return _lead_to(request, run)
    try:
        send_briefly(
            partial(sync_brand.apply_async, args=(brand.slug,), kwargs={"resources": form.list_names(), "run": run.pk})
        )
    except BrokerUnavailable:
        withdraw_run(run.pk, reason="The broker took no message.")
        messages.error(request, gettext("The broker takes no messages, so no worker hears of it. Is it running?"))
        return HttpResponseRedirect(_address("brand_sync", brand.pk))
    model_admin.log_change(request, brand, f"Asked for a sync: {', '.join(form.list_names()) or 'everything'}.")
    return _lead_to(request, run)


def write_command(brand: Brand, names: list[str]) -> str:
    """Give the command that does the same as the button."""
    return " ".join(["python manage.py clopos_sync", *names, "--brand", brand.slug])


def _render(model_admin: Any, request: HttpRequest, brand: Brand, form: SyncForm, names: list[str]) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Sync now"),
        "subtitle": str(brand),
        "opts": model_admin.opts,
        "original": brand,
        "form": form,
        "has_broker": is_broker_configured(),
        "command": write_command(brand, names),
        "under_way": find_under_way(brand).first() if request.user.has_perm("django_clopos.view_syncrun") else None,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/django_clopos/brand/sync.html", context)


def _lead_to(request: HttpRequest, run: SyncRun) -> HttpResponse:
    if request.user.has_perm("django_clopos.view_syncrun"):
        return HttpResponseRedirect(_address("syncrun_change", run.pk))
    messages.success(request, gettext("The sync is queued."))
    return HttpResponseRedirect(_address("brand_change", run.brand_id))


def _address(name: str, key: int) -> str:
    return reverse(f"admin:django_clopos_{name}", args=[key])
