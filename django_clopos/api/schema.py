"""The API as OpenAPI 3.1, by drf-spectacular; needed only by `schema_urls`, so that the API works without it.

Parameters and answers are those that the views read and give, from the same tables. The views know nothing of it: the
generator describes them in its own way, whatever way the site's other views are described in.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from django_clopos.api.base import BrandView
from django_clopos.api.changes import ChangeFeed
from django_clopos.api.collections import Collection
from django_clopos.api.described import (
    CHANGES,
    LINKS,
    describe_collection_parameters,
    describe_parameters,
    describe_path,
    describe_type,
    make_example,
)
from django_clopos.api.reports import ReportView
from django_clopos.api.serializers import build_serializer
from django_clopos.api.shapes import list_expansions
from django_clopos.api.views import MirrorViewSet, UnknownAddress

#: For drf-spectacular, while this schema is made.
SETTINGS: dict[str, Any] = {
    "TITLE": "Clopos mirror",
    "DESCRIPTION": "The mirrored data of Clopos, read-only. Ids are Clopos ids; amounts are exact texts.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    # Chosen fields leave the others out.
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
}

_DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
_ERRORS = {
    "400": ("The query string asks for something that is not there; keyed by parameter.", {"type": "object"}),
    "401": ("Nobody is signed in.", _DETAIL),
    "403": ("Nobody is signed in, or the user may not see this.", _DETAIL),
    "404": ("There is none, or the user may not see it.", _DETAIL),
}
_HEADERS = {
    "ETag": {"description": "Mark of what the answer says, for If-None-Match.", "schema": {"type": "string"}},
    "Clopos-Synced-At": {
        "description": "When the resource was last read from Clopos to the end.",
        "schema": {"type": "string", "format": "date-time"},
    },
    "Clopos-Verified-At": {
        "description": "When the resource was last compared with Clopos; absent where something was different.",
        "schema": {"type": "string", "format": "date-time"},
    },
}


class MirrorSchema(AutoSchema):
    """Describes the views of one brand."""

    def get_operation_id(self) -> str:
        """Name the operation as its address is named."""
        view = self.view
        if isinstance(view, MirrorViewSet):
            return f"{view.collection.name}-{'detail' if view.detail else 'list'}"
        return "-".join(part for part in self.path.strip("/").split("/")[1:] if "{" not in part) or "brand"

    def get_tags(self) -> list[str]:
        """Group by list; reports are one group."""
        if isinstance(self.view, MirrorViewSet):
            return [self.view.collection.name]
        return ["reports"] if isinstance(self.view, ReportView) else ["brand"]

    def _get_parameters(self) -> list[dict[str, Any]]:
        path = describe_path(has_id="{clopos_id}" in self.path)
        view: Any = self.view
        if isinstance(view, MirrorViewSet):
            return path + describe_collection_parameters(view.collection, is_detail=bool(view.detail))
        return path + describe_parameters(view.list_parameters(), is_of_day=self._is_of_day())

    def _is_of_day(self) -> bool:
        return isinstance(self.view, ReportView) and "day" in self.view.report.parameters

    def _get_request_body(self, direction: str = "request") -> None:
        return None

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        answers: dict[str, Any] = {
            "200": {"description": "", "headers": _HEADERS, "content": self._describe_content()},
            "304": {"description": "Nothing is new to whoever sent If-None-Match.", "headers": _HEADERS},
        }
        errors = dict(_ERRORS)
        if isinstance(self.view, ChangeFeed):
            errors["410"] = ("Changes after the number were deleted for their age.", _DETAIL)
        for status, (description, schema) in errors.items():
            answers[status] = {"description": description, "content": {"application/json": {"schema": schema}}}
        return answers

    def _describe_content(self) -> dict[str, Any]:
        if isinstance(self.view, MirrorViewSet):
            return self._describe_rows(self.view.collection, is_detail=bool(self.view.detail))
        if isinstance(self.view, ReportView):
            schema = describe_type(self.view.report.kind)
        elif isinstance(self.view, ChangeFeed):
            schema = CHANGES
        else:
            schema = LINKS
        return {"application/json": {"schema": schema}}

    def _describe_rows(self, collection: Collection, *, is_detail: bool) -> dict[str, Any]:
        row = self._describe_row(collection)
        example = make_example(collection)
        if is_detail:
            return {"application/json": {"schema": row, "example": example}}
        view: Any = self.view
        page = view.paginator.get_paginated_response_schema({"type": "array", "items": row})
        page["required"] = ["next", "previous", "results"]
        text = {"schema": {"type": "string"}}
        paged = {"count": 1, "next": None, "previous": None, "results": [example]}
        return {
            "application/json": {"schema": page, "example": paged},
            "text/csv": text,
            "application/x-ndjson": text,
        }

    def _describe_row(self, collection: Collection) -> dict[str, Any]:
        """Describe a row with what `expand` may add to it."""
        added: dict[str, Any] = {}
        for name, target in list_expansions(collection).items():
            if name in collection.parts:
                continue
            shown = self._refer(target)
            is_list = name in collection.expanded_lists
            added[name] = {"type": "array", "items": shown} if is_list else {"anyOf": [shown, {"type": "null"}]}
        row = self._refer(collection)
        return {"allOf": [row, {"type": "object", "properties": added}]} if added else row

    def _refer(self, collection: Collection) -> dict[str, Any]:
        serializer = build_serializer(collection, with_raw=collection.is_marked)
        found: dict[str, Any] = self.resolve_serializer(serializer, "response").ref
        return found


class MirrorSchemaGenerator(SchemaGenerator):
    """Describes the views of this API, wherever the site has them, and no others."""

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        """Make the view of an address, to be described as ours."""
        view = super().create_view(callback, method, request)  # type: ignore[no-untyped-call]  # no types
        if isinstance(view, BrandView):
            view.schema = MirrorSchema()
        return view

    def _get_paths_and_endpoints(self) -> list[Any]:
        found = super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]  # no types
        return [each for each in found if isinstance(each[3], BrandView) and not isinstance(each[3], UnknownAddress)]
