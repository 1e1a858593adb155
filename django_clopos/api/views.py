"""The answers: one view of a collection's rows, one of a brand's addresses, one for every other address."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ReadOnlyModelViewSet

from django_clopos.access import show_rows
from django_clopos.api.base import BrandView
from django_clopos.api.collections import COLLECTIONS, Collection
from django_clopos.api.filters import CollectionFilterBackend, CollectionOrderBackend, CollectionSearchBackend
from django_clopos.api.lookups import list_lookups
from django_clopos.api.orders import Order, find_order
from django_clopos.api.pagination import MirrorPagination
from django_clopos.api.parameters import read_flag
from django_clopos.api.permissions import demand_expanded
from django_clopos.api.renderers import STREAMED, CSVRenderer, ExactJSONRenderer, NDJSONRenderer
from django_clopos.api.reports import REPORTS
from django_clopos.api.rows import fetch_rows
from django_clopos.api.serializers import build_serializer
from django_clopos.api.shapes import Shape, make_shape
from django_clopos.api.streams import stream
from django_clopos.models.base import BRAND_SPAN, compute_key

_OF_ROWS = frozenset({"fields", "expand", "removed"})
_OF_LISTS = _OF_ROWS | {"search", "ordering", "page", "page_size", "cursor"}
_OF_ONE = _OF_ROWS | {"raw"}


class MirrorViewSet(BrandView, ReadOnlyModelViewSet[Any]):
    """The rows of one list under one brand.

    Rows that the remote no longer has are hidden unless `removed=true`. Rows are those within the user's scope, and
    personal data is masked without the permission for it, in parts and records too.
    """

    collection: Collection = COLLECTIONS[0]
    """Which list; each address gives its own."""

    pagination_class = MirrorPagination
    filter_backends = (CollectionFilterBackend, CollectionSearchBackend, CollectionOrderBackend)
    renderer_classes = (ExactJSONRenderer, CSVRenderer, NDJSONRenderer, BrowsableAPIRenderer)
    lookup_field = "clopos_id"

    @property
    def viewed_models(self) -> tuple[type[models.Model], ...]:
        """The model of the rows."""
        return (self.collection.model,)

    @property
    def fresh_resource(self) -> str:  # type: ignore[override]  # read only, and known by the list
        """The resource that fills the list."""
        return self.collection.resource.name

    @cached_property
    def shape(self) -> Shape:
        """What is said of each row. Raises ValidationError, and PermissionDenied for rows that may not be viewed."""
        asked = self.request.query_params
        is_raw = self.detail and read_flag(self.request, "raw") and self.collection.is_marked
        shape = make_shape(
            self.collection, expand=asked.get("expand", ""), fields=asked.get("fields", ""), with_raw=bool(is_raw)
        )
        demand_expanded(self.request.user, shape)
        return shape

    @cached_property
    def order(self) -> Order:
        """The order of the list. Raises ValidationError."""
        asked = self.request.query_params
        return find_order(self.collection, asked.get("ordering"), is_poll="updated_since" in asked)

    def get_renderers(self) -> list[Any]:
        """Offer files of lists only."""
        return [renderer for renderer in super().get_renderers() if not self.detail or renderer.format not in STREAMED]

    def get_view_name(self) -> str:
        """Name the list on the browsable pages."""
        return self.collection.name

    def list_parameters(self) -> frozenset[str]:
        """List what a list, or one row, can be asked."""
        return _OF_ONE if self.detail else _OF_LISTS | list_lookups(self.collection).keys()

    def get_queryset(self) -> models.QuerySet[Any]:
        """Give the brand's rows that the user may see."""
        model: Any = self.collection.model
        if getattr(self, "swagger_fake_view", False):  # a schema is made: there is no brand
            return model._default_manager.none()  # type: ignore[no-any-return]
        rows: Any = show_rows(model._default_manager.filter(brand=self.brand, **self._bound_keys()), self.request)
        if not read_flag(self.request, "removed"):
            rows = rows.live() if self.collection.is_marked else self._hide_orphans(rows)
        return rows  # type: ignore[no-any-return]  # the managers are made at run time

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """List rows: a page of them, or all as a file."""
        shape = self.shape
        rows = self.filter_queryset(self.get_queryset())
        if request.accepted_renderer.format in STREAMED:
            name = f"{self.brand.slug}-{self.collection.name}"
            given: Any = {"order": self.order, "shape": shape, "viewer": self.viewer, "filename": name}
            return stream(request.accepted_renderer.format, rows, **given)
        # Pages are cut by keys, which is little to read however deep; what is shown is read of one page only.
        keys = rows.values_list("pk", flat=True)
        page = self.paginate_queryset(keys)
        found = fetch_rows(shape, list(keys) if page is None else page, self.viewer)
        return Response(found) if page is None else self.get_paginated_response(found)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give the row of the address's Clopos id. Raises Http404."""
        shape = self.shape
        try:
            key = compute_key(self.brand, self.kwargs["clopos_id"])
        except ValueError as error:
            raise Http404(str(error)) from None
        keys = self.get_queryset().filter(pk=key).values_list("pk", flat=True)
        found = fetch_rows(shape, keys, self.viewer)
        if not found:
            raise Http404
        return Response(found[0])

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Describe a row."""
        return build_serializer(self.collection)

    def _bound_keys(self) -> dict[str, int]:
        """Bound the keys that the list is walked by to the brand's room, past other brands' rows."""
        low, high = self.brand.pk * BRAND_SPAN, (self.brand.pk + 1) * BRAND_SPAN
        if self.collection.is_keyed:
            return {"pk__gt": low, "pk__lt": high}
        if self.collection.parent:
            return {f"{self.collection.parent}__gt": low, f"{self.collection.parent}__lt": high}
        return {}

    def _hide_orphans(self, rows: Any) -> models.QuerySet[Any]:
        return rows.filter(**{f"{self.collection.parent}__removed_at": None})  # type: ignore[no-any-return]


class BrandRoot(BrandView):
    """What there is of a brand, each list with its address."""

    def get(self, request: Request, brand: str) -> Response:
        """Map the name of what can be read without asking more to its address. Raises Http404 for an unknown brand."""
        kwargs = {"brand": self.brand.slug}
        names = [*((each.name, f"{each.name}-list") for each in COLLECTIONS), ("changes", "changes")]
        names += [
            (f"reports/{name}", f"reports-{name}") for name, report in REPORTS.items() if "day" not in report.parameters
        ]
        return Response({name: reverse(f"clopos_api:{view}", kwargs=kwargs, request=request) for name, view in names})


class UnknownAddress(BrandView):
    """Every other address below a brand: says what there is, in JSON rather than in a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the user, whatever the query string says. Raises NotFound, naming the lists."""
        super(BrandView, self).initial(request, *args, **kwargs)
        brand = self.brand  # Http404 where the user may not see it
        names = ", ".join(collection.name for collection in COLLECTIONS)
        raise NotFound(
            f"There is no {kwargs['rest']!r} of {brand.slug} here. Lists: {names}, changes, reports/<name>. "
            "Rows with an id have <list>/<id>/."
        )

    def get(self, request: Request, brand: str, rest: str) -> Response:
        """Answer nothing: `initial` did."""
        raise NotFound
