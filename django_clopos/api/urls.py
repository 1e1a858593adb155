"""The addresses of the API: `<brand>/<resource>/` and `<brand>/<resource>/<clopos_id>/`, one pair per declaration.

A resource without a remote id of its own has a list only: a stop-list entry's product id is ambiguous across venues
(`?venue=1` tells them apart). Include it as `path("api/", include("django_clopos.api.urls"))`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from django_clopos.api.views import BrandRoot, MirrorViewSet, UnknownAddress
from django_clopos.mirror import RESOURCES
from django_clopos.mirror.resource import Resource
from django_clopos.models.base import KeyedModel

app_name = "clopos_api"


def _route(resource: Resource) -> Iterator[URLPattern]:
    address = f"<slug:brand>/{resource.name}/"
    rows = MirrorViewSet.as_view({"get": "list"}, resource=resource, detail=False)
    yield path(address, rows, name=f"{resource.name}-list")
    if issubclass(resource.table.model, KeyedModel):
        row = MirrorViewSet.as_view({"get": "retrieve"}, resource=resource, detail=True)
        yield path(f"{address}<int:clopos_id>/", row, name=f"{resource.name}-detail")


urlpatterns = [
    path("<slug:brand>/", BrandRoot.as_view(), name="brand"),
    *(pattern for resource in RESOURCES for pattern in _route(resource)),
    # It ends in a slash, so that Django still adds one that was forgotten.
    path("<slug:brand>/<path:rest>/", UnknownAddress.as_view(), name="unknown"),
]
