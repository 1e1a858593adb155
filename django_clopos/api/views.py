"""The answers: one view of a resource's rows, one of a brand's resources, one for every other address."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from django_clopos.access import show_rows
from django_clopos.api.pagination import MirrorPagination
from django_clopos.api.parameters import has_reference, read_flag, read_reference, refuse_unknown_parameters
from django_clopos.api.permissions import MayViewModel
from django_clopos.api.renderers import ExactJSONRenderer
from django_clopos.api.serializers import build_serializer, name_children
from django_clopos.mirror import RESOURCES
from django_clopos.mirror.resource import Child, Resource
from django_clopos.models import Brand
from django_clopos.models.base import compute_key

_PAGING = frozenset({"page", "page_size"})


def _get_brand(slug: str, request: Request) -> Brand:
    # The secret is not read, so that a secret of another SECRET_KEY stops no answer.
    return get_object_or_404(show_rows(Brand.objects.defer("client_secret"), request), slug=slug)


class MirrorViewSet(ReadOnlyModelViewSet[Any]):
    """The rows of one resource under one brand, ordered by id.

    Rows that the remote no longer has are hidden unless `removed=true`. `venue` keeps the rows of one venue, where the
    resource has venues. One row shows its record on `raw=true`. Rows are those within the user's scope, and personal
    data is masked without the permission for it, in children and records too.
    """

    resource: Resource = RESOURCES[0]
    """Which resource; each address gives its own."""

    permission_classes = (IsAuthenticated, MayViewModel)
    pagination_class = MirrorPagination
    renderer_classes = (ExactJSONRenderer, BrowsableAPIRenderer)
    lookup_field = "clopos_id"

    @cached_property
    def brand(self) -> Brand:
        """The brand of the address. Raises Http404 where there is none that the user may see."""
        return _get_brand(self.kwargs["brand"], self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the user first, then the query string."""
        super().initial(request, *args, **kwargs)
        refuse_unknown_parameters(request, known=self._known_parameters())

    def get_view_name(self) -> str:
        """Name the resource on the browsable pages."""
        return self.resource.name

    def get_queryset(self) -> models.QuerySet[Any]:
        """Give the rows that the query string asks for, children included, in a constant number of queries."""
        model = self.resource.table.model
        every: Any = model._default_manager.filter(brand=self.brand).order_by("pk")
        rows = show_rows(every, self.request)
        if not read_flag(self.request, "removed"):
            rows = rows.live()
        venue = read_reference(self.request, "venue", brand_id=self.brand.pk)
        if venue is not None:
            rows = rows.filter(venue=venue)
        unread = {"content_hash"} if self._shows_raw() else {"content_hash", "raw"}
        found: models.QuerySet[Any] = rows.defer(*unread)
        return found.prefetch_related(*map(_prefetch, self.resource.table.children))

    def get_object(self) -> Any:
        """Give the row of the address's Clopos id. Raises Http404."""
        try:
            key = compute_key(self.brand, self.kwargs["clopos_id"])
        except ValueError as error:
            raise Http404(str(error)) from None
        return get_object_or_404(self.get_queryset(), pk=key)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Build the serializer from the resource's declaration."""
        return build_serializer(self.resource.table, with_raw=self._shows_raw())

    def _shows_raw(self) -> bool:
        return self.detail and read_flag(self.request, "raw")

    def _known_parameters(self) -> frozenset[str]:
        venue = {"venue"} if has_reference(self.resource.table.model, "venue") else set()
        return frozenset({"removed", *venue}) | (frozenset({"raw"}) if self.detail else _PAGING)


def _prefetch(child: Child) -> Prefetch[str, Any, Any]:
    has_position = any(field.name == "position" for field in child.model._meta.concrete_fields)
    order = "position" if has_position else "pk"
    return Prefetch(name_children(child), queryset=child.model._default_manager.order_by(order))


class BrandRoot(APIView):
    """The resources of a brand, each with its address."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: Request, brand: str) -> Response:
        """Map the name of each resource to the address of its list. Raises Http404 for an unknown brand."""
        kwargs = {"brand": _get_brand(brand, request).slug}
        names = [resource.name for resource in RESOURCES]
        return Response({name: reverse(f"clopos_api:{name}-list", kwargs=kwargs, request=request) for name in names})


class UnknownAddress(APIView):
    """Every other address below a brand: says what there is, in JSON rather than in a page."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: Request, brand: str, rest: str) -> Response:
        """Raise NotFound, naming the resources."""
        _get_brand(brand, request)
        names = ", ".join(resource.name for resource in RESOURCES)
        raise NotFound(f"There is no {rest!r} here. Resources: {names}. Rows with an id have <resource>/<id>/.")
