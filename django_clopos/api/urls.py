"""The addresses of the API, below `<brand>/`: `<list>/`, `<list>/<clopos_id>/`, `changes/` and `reports/<name>/`.

A list whose rows have no remote id of their own has no single rows: a stop-list entry's product id is ambiguous across
venues (`?venue=1` tells them apart). Include it as `path("api/", include("django_clopos.api.urls"))`, or give
`make_urlpatterns` a view of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from django_clopos.api.changes import ChangeFeed
from django_clopos.api.collections import COLLECTIONS, Collection
from django_clopos.api.reports import REPORTS, ReportView
from django_clopos.api.views import BrandRoot, MirrorViewSet, UnknownAddress

app_name = "clopos_api"


def make_urlpatterns(viewset: type[MirrorViewSet] = MirrorViewSet) -> list[URLPattern]:
    """Make the addresses, the lists answered by this view."""
    reports = [
        path(f"<slug:brand>/reports/{name}/", ReportView.as_view(report=report), name=f"reports-{name}")
        for name, report in REPORTS.items()
    ]
    return [
        path("<slug:brand>/", BrandRoot.as_view(), name="brand"),
        *(pattern for collection in COLLECTIONS for pattern in _route(collection, viewset)),
        path("<slug:brand>/changes/", ChangeFeed.as_view(), name="changes"),
        *reports,
        # It ends in a slash, so that Django still adds one that was forgotten.
        path("<slug:brand>/<path:rest>/", UnknownAddress.as_view(), name="unknown"),
    ]


def _route(collection: Collection, viewset: type[MirrorViewSet]) -> Iterator[URLPattern]:
    address = f"<slug:brand>/{collection.name}/"
    rows = viewset.as_view({"get": "list"}, collection=collection, detail=False)
    yield path(address, rows, name=f"{collection.name}-list")
    if collection.is_keyed:
        row = viewset.as_view({"get": "retrieve"}, collection=collection, detail=True)
        yield path(f"{address}<int:clopos_id>/", row, name=f"{collection.name}-detail")


urlpatterns = make_urlpatterns()
