"""Runs: their list, and a page that follows one until it ends."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of, narrow
from django_clopos.admin.filters import BrandFilter
from django_clopos.admin.gates import make_path
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.admin.run_progress import describe_run
from django_clopos.models import SyncRun, SyncStep
from django_clopos.schedule.words import write_duration
from django_clopos.sync.asked import withdraw_run


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """Syncs, each with the sums of its steps."""

    list_display = ("id", "brand", "status", "started_at", "duration", "seen", "created", "updated", "rejected")
    list_filter = ("status", BrandFilter, "started_at")

    class Media:
        css: ClassVar = {"all": ("django_clopos/operations.css",)}
        js: ClassVar = ("django_clopos/operations.js",)

    def get_urls(self) -> list[Any]:
        """Add what the page of a run asks while it goes on."""
        return [
            make_path(self, "progress", self.progress_view, methods=("GET",)),
            make_path(self, "withdraw", self.withdraw_view),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell how the run goes."""
        context["progress"] = describe_run(kwargs["obj"], request)
        return super().render_change_form(request, context, *args, **kwargs)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tell the same to the page's script."""
        run = self._open(request, object_id)
        progress = describe_run(run, request)
        html = render_to_string("admin/django_clopos/syncrun/progress.html", {"progress": progress}, request)
        return JsonResponse({"html": html, **{name: progress[name] for name in ("said", "is_over", "is_queued")}})

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give up a run that no worker has taken."""
        run = self._open(request, object_id)
        may_change = request.user.has_perm("django_clopos.change_brand")
        if not (may_change and find_viewer_of(request).scope.covers(run.brand_id)):
            raise PermissionDenied
        if withdraw_run(run.pk, reason="Withdrawn before a worker took it."):
            self.log_change(request, run, "Withdrawn.")
        return HttpResponseRedirect(reverse("admin:django_clopos_syncrun_change", args=[run.pk]))

    def _open(self, request: HttpRequest, object_id: str) -> SyncRun:
        run: SyncRun | None = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        return run

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Sum the steps that the user may see in the same query."""
        seen = narrow(SyncStep, find_viewer_of(request).scope, prefix="steps__")
        sums = {
            f"sum_{name}": Sum(f"steps__{name}", filter=seen, default=0)
            for name in ("seen", "created", "updated", "rejected")
        }
        runs: models.QuerySet[Any] = super().get_queryset(request).annotate(**sums)
        return runs

    @admin.display(description=_("duration"))
    def duration(self, run: SyncRun) -> str | None:
        """How long the run took."""
        return None if run.duration is None else write_duration(run.duration)

    @admin.display(description=_("seen"), ordering="sum_seen")
    def seen(self, run: Any) -> int:
        """Records that the remote gave."""
        return int(run.sum_seen)

    @admin.display(description=_("created"), ordering="sum_created")
    def created(self, run: Any) -> int:
        """New rows."""
        return int(run.sum_created)

    @admin.display(description=_("updated"), ordering="sum_updated")
    def updated(self, run: Any) -> int:
        """Changed rows."""
        return int(run.sum_updated)

    @admin.display(description=_("rejected"), ordering="sum_rejected")
    def rejected(self, run: Any) -> int:
        """Records that failed validation."""
        return int(run.sum_rejected)
