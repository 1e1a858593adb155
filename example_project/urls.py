"""The example site's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("health/", include("django_clopos.health")),
    path("api/", include("django_clopos.api.schema_urls")),
    path("api/", include("django_clopos.api.urls")),
    path("open-api/v2/", include("django_clopos.face.urls")),
]
