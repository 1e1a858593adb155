"""The addresses of the schema and of the page to read it: `schema/` and `docs/`.

They need the extra `schema`, and `drf_spectacular_sidecar` among the installed apps for the page's own assets: nothing
comes from another server. Include it before the API, as `path("api/", include("django_clopos.api.schema_urls"))`.
"""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from django_clopos.api.schema import SETTINGS, MirrorSchemaGenerator

app_name = "clopos_api_schema"


class DocsView(TemplateView):
    """Swagger UI over the schema. Nobody has to sign in to read it: it tells nothing of what there is."""

    template_name = "django_clopos/api_docs.html"
    extra_context: Any = {"title": SETTINGS["TITLE"]}


urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(generator_class=MirrorSchemaGenerator, custom_settings=SETTINGS),
        name="schema",
    ),
    path("docs/", DocsView.as_view(), name="docs"),
]
