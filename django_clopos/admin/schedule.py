"""When each brand's work is due. Cadence and pause can be changed, with the permission to; the rest is the workers'."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of
from django_clopos.admin.filters import BrandFilter
from django_clopos.admin.gates import make_path, open_for_change
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.models import Schedule
from django_clopos.schedule.jobs import JOBS_BY_NAME, choose_cadence
from django_clopos.schedule.judgement import JobStatus, judge_row
from django_clopos.schedule.tickets import call_off
from django_clopos.schedule.words import STATES, describe_duration
from django_clopos.sync.clock import DatabaseNow

_EDITABLE = ("every_seconds", "is_paused")


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """Jobs of the brands."""

    list_display = ("job_name", "brand", "cadence", "is_fresh", "state", "succeeded_at", "due_at", "failures", "error")
    list_filter: ClassVar[Any] = ("work", "is_paused", BrandFilter)
    search_fields: ClassVar[Any] = ("^resource", "^work")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask Django, as any admin does, and for every venue of the brand, which a change is felt in."""
        may_change = request.user.has_perm("django_clopos.change_schedule")
        return may_change and (obj is None or find_viewer_of(request).scope.covers(obj.brand_id))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Join the brand, by whose slug the settings name cadences; and read the clock by which jobs are fresh."""
        rows = super().get_queryset(request).select_related("brand").defer("brand__client_secret")
        timed: models.QuerySet[Any] = rows.annotate(now=DatabaseNow())
        return timed

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what may be changed first."""
        shown = [field.name for field in self.opts.concrete_fields if field.name not in {*_EDITABLE, "brand"}]
        fields = (*_EDITABLE, "cadence", *self._show(request, "brand", *shown))
        return [(None, {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but cadence and pause, which need the permission too."""
        fields = super().get_readonly_fields(request, obj)
        return (
            [name for name in fields if name not in _EDITABLE] if self.has_change_permission(request, obj) else fields
        )

    def get_urls(self) -> list[Any]:
        """Add the button on the page of a brand."""
        return [make_path(self, "pause", self.pause_view), *super().get_urls()]

    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pause a job or let it go on, and lead back to its brand."""
        row = open_for_change(self, request, object_id)
        row.is_paused = request.POST.get("paused") == "1"
        row.save(update_fields=["is_paused"])
        call_off(row.pk)
        self.log_change(request, row, "Paused." if row.is_paused else "Resumed.")
        return HttpResponseRedirect(reverse("admin:django_clopos_brand_change", args=[row.brand_id]))

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Write just these two columns: a worker may have written the others meanwhile."""
        obj.save(update_fields=_EDITABLE)
        call_off(obj.pk)

    @admin.display(description=_("Job"))
    def job_name(self, row: Schedule) -> str:
        """Name it as settings and commands do."""
        return row.job

    @admin.display(description=_("every"))
    def cadence(self, row: Schedule) -> str:
        """How often, with the settings and the default taken into account."""
        job = JOBS_BY_NAME.get(row.job)
        if job is None:
            return gettext("unknown")
        return describe_duration(choose_cadence(job, brand=row.brand.slug, own_seconds=row.every_seconds))

    @admin.display(description=_("fresh"), boolean=True)
    def is_fresh(self, row: Any) -> bool | None:
        """Whether it is younger than its limit; unknown where there is none."""
        status = self._judge(row)
        return None if status is None or status.limit is None else not status.is_stale

    @admin.display(description=_("state"))
    def state(self, row: Any) -> str:
        """What is being done about it."""
        status = self._judge(row)
        return gettext("unknown") if status is None else str(STATES[status.state])

    def _judge(self, row: Any) -> JobStatus | None:
        return judge_row(row, now=row.now) if row.job in JOBS_BY_NAME and row.brand.is_active else None
