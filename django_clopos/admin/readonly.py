"""Pages that can only be looked at: no add, change or delete, whatever permissions a user has.

Lists and pages take a constant number of queries: exactly the references that a list shows are joined, and the record
is read only on the page of one row. No list counts a large table, and any list can be exported as it is filtered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from django_clopos.access import find_viewer_of, hides, show_rows
from django_clopos.admin.changelist import REFUSALS, ReadChangeList, WholeChangeList
from django_clopos.admin.columns import find_references, find_unread, show_column, show_columns
from django_clopos.admin.exports import Column, make_table, name_file
from django_clopos.admin.filters import BrandFilter, RemovedFilter
from django_clopos.admin.inputs import PickFilter
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.page import Page
from django_clopos.admin.paginator import EstimatingPaginator
from django_clopos.admin.search import search_rows
from django_clopos.admin.visible_brands import list_brands
from django_clopos.exports import FORMATS, respond
from django_clopos.models.base import MarkedModel, ReadOnlyModel

if TYPE_CHECKING:  # Django's classes take no type parameter at run time
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline

#: What the mirror itself knows of a row, shown below the columns of the remote.
_MARKS = ("id", "content_hash", "first_seen_at", "synced_at", "missing_since", "removed_at")


#: By which a request tells `get_changelist` that every row is wanted.
_WHOLE = "_django_clopos_whole_list"


class _NoWriting:
    """Answers no to every question whether rows may be written."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(_NoWriting, _TabularInline):
    """Rows on the page of the row they belong to: `fk_name` refers to it, `fields` names the columns shown."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow who may see the parent's page: these rows are part of its record."""
        return True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Give the columns, each in the way that it is shown."""
        return show_columns(self.model, self._names, sees_personal=find_viewer_of(request).sees_personal)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Join the references shown, and the parent, which a row may name in its title."""
        # The brand has the currency and the clock.
        references = find_references(self.model, (*self._names, str(self.fk_name), "brand"))
        unread = (*_find_own_unread(self.model), *find_unread(self.model, references))
        # None joins nothing; no argument at all would join every reference that is never null.
        rows = show_rows(super().get_queryset(request), request)
        return rows.select_related(*(references or (None,))).defer(*unread)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.fields or ())


class ScopedAdmin(_ModelAdmin):
    """Shows the rows within the user's scope, masked; what is masked cannot be searched or filtered by."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Keep what the user may see."""
        return show_rows(super().get_queryset(request), request)

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Leave personal data out that the user may not see."""
        return tuple(
            name for name in super().get_search_fields(request) if not self._hides(request, name.lstrip("=^@"))
        )

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Leave personal data out that the user may not see."""
        return tuple(each for each in super().get_list_filter(request) if not self._hides(request, _name_filter(each)))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Refuse lookups through rows that refer to this one, and of personal data that the user may not see.

        Django would allow any column of the table, and any row that refers to it.
        """
        reverse = {each.name for each in self.opts.related_objects}
        if request is None or lookup.split("__", maxsplit=1)[0] in reverse or self._hides(request, lookup):
            return False
        return super().lookup_allowed(lookup, value, request)

    def _hides(self, request: HttpRequest, lookup: str) -> bool:
        return hides(request, self.model, lookup)


class ReadOnlyAdmin(_NoWriting, ScopedAdmin):
    """A list and pages of any model; a reference shows as a link, or as the id that is missing."""

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the rows of a choice
    list_per_page = 50
    paginator = EstimatingPaginator

    ordered_by: ClassVar[tuple[str, ...] | None] = None
    """Columns by which the list can be ordered, where a table grows too large for others; None: all of them."""
    export_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that an export has beside those of the list."""
    export_computed: ClassVar[dict[str, Column]] = {}
    """How an export reads what the list computes, by its name there."""
    export_needs: ClassVar[tuple[str, ...]] = ()
    """Columns that the computed ones read."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ReadChangeList]:
        """Give the list of one page, or of all rows for an export."""
        return WholeChangeList if _WHOLE in vars(request) else ReadChangeList

    def get_list_display(self, request: HttpRequest) -> Any:
        """Give the columns of the list, each in the way that it is shown; the brand where there are several."""
        columns = {field.name for field in self.opts.concrete_fields}
        names = [str(name) for name in self.list_display]
        if "brand" in names and issubclass(self.model, ReadOnlyModel) and len(list_brands(request)) < 2:
            names.remove("brand")
        return tuple(self._show_in_list(request, name) if name in columns else name for name in names)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Find the columns that lead to the page by their names, of which the list has functions."""
        shown = {getattr(column, "__name__", column): column for column in list_display}
        links = super().get_list_display_links(request, list_display)
        return links and [shown.get(name, name) for name in links]

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        """Join exactly the references that the list shows, and the brand, which has the currency and the clock."""
        also = ("brand",) if issubclass(self.model, ReadOnlyModel) else ()
        return find_references(self.model, (*map(str, self.list_display), *also))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave the records unread."""
        unread = find_unread(self.model, self.get_list_select_related(request))
        return super().get_queryset(request).defer(*_find_own_unread(self.model), *unread)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Search by index wherever there is one; no row is found twice."""
        fields = self.get_search_fields(request)
        if not fields or not search_term.strip():
            return queryset, False
        brands = [brand.pk for brand in list_brands(request)]
        return search_rows(queryset, fields, search_term, brands=brands), False

    @property
    def media(self) -> Media:
        """Add what filters that search need."""
        picked = [each for each in self.list_filter if isinstance(each, tuple) and issubclass(each[1], PickFilter)]
        fields = (self.opts.get_field(str(each[0])) for each in picked[:1])
        return sum((AutocompleteSelect(field, self.admin_site).media for field in fields), super().media)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Say so where parameters were left out that meant nothing."""
        if ERROR_FLAG in request.GET:
            messages.warning(request, _("A filter could not be understood. This is the list without any."))
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        """Add the exports, before Django's own pattern that takes anything."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        own = path("export/<slug:file_format>/", self.admin_site.admin_view(self.export_view), name=name)
        return [own, *super().get_urls()]

    def export_view(self, request: HttpRequest, file_format: str) -> HttpResponseBase:
        """Send the rows of the list, filtered and ordered as its address says, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if file_format not in FORMATS:
            raise Http404(file_format)
        vars(request)[_WHOLE] = True
        try:
            rows = self.get_changelist_instance(request).queryset
            table = make_table(
                rows,
                (*map(str, self.list_display), *self.export_columns),
                computed=self.export_computed,
                needs=self.export_needs,
                sees_personal=find_viewer_of(request).sees_personal,
            )
        except (IncorrectLookupParameters, *REFUSALS):
            return HttpResponseRedirect(f"../../?{ERROR_FLAG}=1")
        return respond(file_format, [table], filename=name_file(self.model))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Read one row with everything that its page shows; None where there is none."""
        references = find_references(self.model, tuple(field.name for field in self.opts.concrete_fields))
        rows = self.get_queryset(request).defer(None).defer(*find_unread(self.model, references))
        try:
            return rows.select_related(*(references or (None,))).get(pk=self.opts.pk.to_python(object_id))
        except (ObjectDoesNotExist, ValidationError, ValueError):
            return None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show every column."""
        return [(None, {"fields": self._show(request, *(field.name for field in self.opts.concrete_fields))})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that the page shows."""
        return [field for _, options in self.get_fieldsets(request, obj) for field in options["fields"]]

    def _show_in_list(self, request: HttpRequest, name: str) -> Any:
        sees_personal = find_viewer_of(request).sees_personal
        is_ordered = self.ordered_by is None or name in self.ordered_by
        model: Any = self.model
        return show_column(model, name, sees_personal=sees_personal, is_ordered=is_ordered)

    def _show(self, request: HttpRequest, *names: str) -> tuple[Any, ...]:
        return show_columns(self.model, names, sees_personal=find_viewer_of(request).sees_personal)


class MirrorAdmin(ReadOnlyAdmin):
    """A mirrored table. Its pages show what `page` declares, and folded every column and the record as it came."""

    page: ClassVar[Page] = Page()
    change_form_template = "admin/django_clopos/page.html"
    list_filter: ClassVar[tuple[Any, ...]] = (RemovedFilter, BrandFilter)
    search_fields: ClassVar[tuple[str, ...]] = ("=clopos_id", "^name")
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show every column, folded: those of the remote, the marks of the mirror, the record."""
        names = [field.name for field in self.opts.concrete_fields]
        first = [name for name in ("clopos_id", "brand") if name in names]
        own = [name for name in names if name not in {*first, *_MARKS, "raw"}]
        marks = [name for name in _MARKS if name in names]
        parts = [(_("All fields"), (*first, *own)), (_("Mirror"), marks), (_("Record"), ("raw",))]
        return [
            (title, {"fields": self._show(request, *shown), "classes": ("collapse",)})
            for title, shown in parts
            if shown != ("raw",) or issubclass(self.model, MarkedModel)
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        """Read the page for its template."""
        context["page"] = self.page.read(Look.at(options["obj"], request, self.admin_site))
        return super().render_change_form(request, context, *args, **options)


def _name_filter(listed: Any) -> str:
    """Give the lookup of an entry of `list_filter`; a class of its own has none."""
    return str(listed[0] if isinstance(listed, tuple | list) else listed) if not isinstance(listed, type) else ""


def _find_own_unread(model: type[models.Model]) -> tuple[str, ...]:
    return ("raw",) if issubclass(model, MarkedModel) else ()
