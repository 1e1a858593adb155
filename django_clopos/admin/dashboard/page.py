"""The pages and files of the dashboard: who may open them, and what the templates are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from django_clopos.access import find_viewer_of
from django_clopos.admin.dashboard.charts import make_charts
from django_clopos.admin.dashboard.choices import Choices, DashboardChoices, DayChoices, choose_brand, list_brands
from django_clopos.admin.dashboard.freshness import find_unread_day, read_sources
from django_clopos.admin.dashboard.heat import make_heat_map
from django_clopos.admin.dashboard.periods import MOST_DAYS, find_today
from django_clopos.admin.dashboard.present import list_present
from django_clopos.admin.dashboard.sections import list_bottom, list_figures, list_sections, list_top
from django_clopos.admin.dashboard.tables import Section, make_long_table, make_table, write
from django_clopos.admin.dashboard.z_sections import list_z_figures, list_z_sections
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.exports import FORMATS, respond
from django_clopos.models import Brand, Dashboard
from django_clopos.reports import Overview, Question, ZReport, hide_names, make_overview, make_z_report, read_present

Answer = Callable[[Any, Brand], HttpResponseBase]

C = TypeVar("C", bound=Choices)

_FOLDER = "admin/django_clopos/dashboard"


@admin.register(Dashboard)
class DashboardAdmin(ReadOnlyAdmin):
    """Figures instead of rows: its list is the dashboard, and the page of a brand leads there."""

    def get_urls(self) -> list[Any]:
        """Add the Z report and the files."""
        views: Sequence[tuple[str, str, Answer]] = (
            ("export/", "export", self._export),
            ("z-report/", "z_report", self._show_z_report),
            ("z-report/export/", "z_export", self._export_z_report),
        )
        own = [
            path(route, self.admin_site.admin_view(self._for_viewers(view)), name=f"django_clopos_dashboard_{name}")
            for route, name, view in views
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the dashboard."""
        return self._for_viewers(self._show_dashboard)(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the dashboard of the brand."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        brand = self.get_object(request, object_id)
        address = reverse("admin:django_clopos_dashboard_changelist", current_app=self.admin_site.name)
        return HttpResponseRedirect(f"{address}?{urlencode({'brand': brand.slug})}" if brand else address)

    def _for_viewers(self, answer: Answer) -> Callable[[HttpRequest], HttpResponseBase]:
        """Answer whoever has the permission, for the brand that is asked for and may be seen."""

        @never_cache
        def view(request: HttpRequest) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            brands = list_brands(request)
            brand = choose_brand(brands, request.GET.get("brand"))
            if brand is None and brands:
                raise Http404(_("There is no such brand, or you may not see it."))
            if brand is None:
                return self._render(request, "no_brand.html", title=_("Dashboard"))
            request.clopos_brands = brands  # type: ignore[attr-defined]  # the pages offer the others
            return answer(request, brand)

        return view

    def _show_dashboard(self, request: HttpRequest, brand: Brand) -> HttpResponseBase:
        choices = DashboardChoices(request, brand)
        context = {"form": choices, "brand": brand, "title": _("Dashboard: %(brand)s") % {"brand": brand}}
        if choices.is_valid():
            context |= _describe_dashboard(request, choices)
        return self._render(request, "change_list.html", status=400 if choices.errors else 200, **context)

    def _show_z_report(self, request: HttpRequest, brand: Brand) -> HttpResponseBase:
        choices = DayChoices(request, brand)
        context = {"form": choices, "brand": brand, "title": _("Z report: %(brand)s") % {"brand": brand}}
        if choices.is_valid():
            context |= _describe_z_report(request, choices)
        return self._render(request, "z_report.html", status=400 if choices.errors else 200, **context)

    def _export(self, request: HttpRequest, brand: Brand) -> HttpResponseBase:
        choices = _demand(DashboardChoices(request, brand))
        sections = list_sections(_ask(request, choices))
        asked = choices.question
        return _send(request, sections, name=f"{brand.slug}-dashboard-{asked.first}-{asked.last}")

    def _export_z_report(self, request: HttpRequest, brand: Brand) -> HttpResponseBase:
        choices = _demand(DayChoices(request, brand))
        sections = list_z_sections(_ask_z_report(request, choices))
        return _send(request, sections, name=f"{brand.slug}-z-report-{choices.venue}-{choices.day}")

    def _render(self, request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        shared = {"opts": self.opts, "brands": getattr(request, "clopos_brands", []), "most_days": MOST_DAYS}
        return TemplateResponse(
            request, f"{_FOLDER}/{template}", self.admin_site.each_context(request) | shared | context, status=status
        )


def _ask(request: HttpRequest, choices: DashboardChoices) -> Overview:
    """Ask the reports; staff has names for those only who may see personal data."""
    overview = make_overview(choices.question, role=choices.role)
    return overview if _sees_personal(request) else replace(overview, staff=hide_names(overview.staff))


def _ask_z_report(request: HttpRequest, choices: DayChoices) -> ZReport:
    report = make_z_report(choices.brand, venue=choices.venue, day=choices.day)
    return report if _sees_personal(request) else replace(report, cashiers=hide_names(report.cashiers))


def _sees_personal(request: HttpRequest) -> bool:
    return find_viewer_of(request).sees_personal


def _describe_dashboard(request: HttpRequest, choices: DashboardChoices) -> dict[str, Any]:
    question, brand = choices.question, choices.brand
    overview = _ask(request, choices)
    sections = {section.key.replace("-", "_"): section for section in list_sections(overview)}
    products = sections["products"]
    return {
        "question": question,
        "before": question.before(),
        "is_running": question.last >= find_today(brand),
        "sources": read_sources(brand),
        "unread_day": find_unread_day(question),
        "figures": list_figures(overview.comparison),
        "sections": sections,
        "heat": make_heat_map(overview.hours),
        "charts": make_charts(overview),
        "top": list_top(products),
        "bottom": list_bottom(products),
        "present": list_present(read_present(brand, venues=choices.venues), brand),
        "query": _write_query(request, brand),
    }


def _describe_z_report(request: HttpRequest, choices: DayChoices) -> dict[str, Any]:
    report = _ask_z_report(request, choices)
    day = timedelta(days=1)
    asked = {"brand": choices.brand.slug, "venue": str(choices.venue)}
    return {
        "report": report,
        "figures": [(title, write(value, kind)) for title, kind, value in list_z_figures(report)],
        "sections": list_z_sections(report)[1:],
        "unread_day": find_unread_day(
            Question(brand=choices.brand, venues=[choices.venue], first=report.day, last=report.day)
        ),
        "is_running": report.day >= find_today(choices.brand),
        "day_before": urlencode({**asked, "day": str(report.day - day)}),
        "day_after": urlencode({**asked, "day": str(report.day + day)}),
        "query": urlencode({**asked, "day": str(report.day)}),
    }


def _write_query(request: HttpRequest, brand: Brand) -> str:
    """Write what was asked for, so that links ask the same."""
    query = request.GET.copy()
    query["brand"] = brand.slug
    return query.urlencode()


def _demand(choices: C) -> C:
    if not choices.is_valid():
        raise Http404(" ".join(str(error) for errors in choices.errors.values() for error in errors))
    return choices


def _send(request: HttpRequest, sections: list[Section], *, name: str) -> HttpResponseBase:
    """Send one section, or all of them: as sheets of a workbook, or as one long table."""
    wanted, form = request.GET.get("section"), request.GET.get("format", "")
    found = [section for section in sections if wanted in {None, "", section.key}]
    if not found or form not in FORMATS:
        raise Http404(_("There is no such table, or no such format."))
    name = f"{name}-{wanted}" if wanted else name
    tables = [make_long_table(found)] if form == "csv" and not wanted else [make_table(section) for section in found]
    return respond(form, tables, filename=name)
