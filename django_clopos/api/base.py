"""What every answer of a brand has in common: the brand, who asks, how fresh it is, its mark."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from django_clopos.access import Viewer, find_viewer_of, show_rows
from django_clopos.api.etags import mark_answer
from django_clopos.api.freshness import tell_freshness
from django_clopos.api.parameters import refuse_unknown_parameters
from django_clopos.api.permissions import MayViewModel
from django_clopos.api.renderers import STREAMED, ExactJSONRenderer
from django_clopos.models import Brand


class BrandView(APIView):
    """A view of something of one brand, for users who may view its models.

    Authentication and throttles are the site's own, from REST_FRAMEWORK.
    """

    permission_classes = (IsAuthenticated, MayViewModel)
    renderer_classes: tuple[type[BaseRenderer], ...] = (ExactJSONRenderer, BrowsableAPIRenderer)
    extra_parameters: ClassVar[frozenset[str]] = frozenset()
    """Parameters that a site's own backends read."""
    fresh_resource: str = ""
    """The resource whose freshness the headers tell; empty: none."""

    @property
    def viewed_models(self) -> tuple[type[models.Model], ...]:
        """The models whose view permission it takes."""
        return ()

    @cached_property
    def brand(self) -> Brand:
        """The brand of the address. Raises Http404 where there is none that the user may see."""
        # The secret is not read, so that a secret of another SECRET_KEY stops no answer.
        brands: Any = show_rows(Brand.objects.defer("client_secret"), self.request)
        found: Brand = get_object_or_404(brands, slug=self.kwargs["brand"])
        return found

    @property
    def viewer(self) -> Viewer:
        """What the user may see."""
        return find_viewer_of(self.request)

    def list_parameters(self) -> frozenset[str]:
        """List the parameters that the query string may have."""
        return frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the user first, then the query string."""
        super().initial(request, *args, **kwargs)
        refuse_unknown_parameters(request, known=self.list_parameters() | self.extra_parameters)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell how fresh the answer is, and mark it. What is no stream is JSON, whatever was asked for."""
        if isinstance(response, Response) and _renders_stream(request):
            request.accepted_renderer, request.accepted_media_type = ExactJSONRenderer(), ExactJSONRenderer.media_type
        response = super().finalize_response(request, response, *args, **kwargs)
        if "brand" in self.__dict__ and self.fresh_resource:
            tell_freshness(response, self.brand, self.fresh_resource)
        if isinstance(response, Response):
            mark_answer(response, request)
        return response


def _renders_stream(request: Request) -> bool:
    renderer: BaseRenderer | None = getattr(request, "accepted_renderer", None)
    return renderer is not None and renderer.format in STREAMED
