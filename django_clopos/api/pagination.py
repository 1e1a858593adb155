"""How a list is cut into pages: by cursor, or by number where somebody needs totals.

A list that is asked for neither answers its first page with the total, and `next` leads on by cursor: what comes or
goes meanwhile neither skips nor repeats a row, and the last page of a million costs what the first does. `page` asks
for pages by number, `cursor` for pages without a total, an empty one for the first.
"""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from django_clopos.api.cursors import read_cursor, write_cursor
from django_clopos.api.orders import Place, take


class MirrorPagination(PageNumberPagination):
    """Pages of 1 to 200 rows (`page_size`), by `cursor` or by `page` (counted from 1). Gives primary keys."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 200
    cursor_query_param = "cursor"

    def get_page_size(self, request: Request) -> int:
        """Read the page size. Raises ValidationError outside 1 to 200."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= self.max_page_size):
            raise ValidationError({"page_size": [f"Must be a whole number from 1 to {self.max_page_size}."]})
        return int(text)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Give the primary keys of the page. Raises ValidationError for a cursor that was not given here."""
        cursor = request.query_params.get(self.cursor_query_param)
        self.asked, self.is_numbered = request, self.page_query_param in request.query_params
        if self.is_numbered:
            if cursor is not None:
                raise ValidationError({"cursor": ["Use either page or cursor."]})
            return super().paginate_queryset(queryset, request, view)
        self.total = queryset.count() if cursor is None else None
        self.order, self.scope = view.order, view.collection.name
        after, is_backwards = None, False
        if cursor:
            after, is_backwards = read_cursor(cursor, self.order, queryset.model, scope=self.scope)
        places = self._take(queryset, self.get_page_size(request), after, is_backwards=is_backwards)
        return [place[0] for place in places]

    def _take(self, queryset: Any, size: int, after: Place | None, *, is_backwards: bool) -> list[Place]:
        places = take(queryset, self.order, size=size + 1, after=after, is_backwards=is_backwards)
        is_more, places = len(places) > size, places[:size]
        if is_backwards:
            places.reverse()
        has_next, has_previous = (True, is_more) if is_backwards else (is_more, after is not None)
        self.next_place = places[-1] if places and has_next else None
        self.previous_place = places[0] if places and has_previous else None
        return places

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the rows and the addresses of the pages around them."""
        if self.is_numbered:
            return super().get_paginated_response(data)
        total = {} if self.total is None else {"count": self.total}
        links = {
            "next": self._link(self.next_place, is_backwards=False),
            "previous": self._link(self.previous_place, is_backwards=True),
        }
        return Response({**total, **links, "results": data})

    def _link(self, place: Place | None, *, is_backwards: bool) -> str | None:
        if place is None:
            return None
        address = remove_query_param(self.asked.build_absolute_uri(), self.cursor_query_param)
        cursor = write_cursor(self.order, place, scope=self.scope, is_backwards=is_backwards)
        return replace_query_param(address, self.cursor_query_param, cursor)

    def to_html(self) -> str:
        """Draw the framework's links on the browsable pages where pages have numbers."""
        return super().to_html() if self.is_numbered else ""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe an answer: without a total where it was asked for by cursor."""
        described = super().get_paginated_response_schema(schema)
        return described | {"required": ["next", "previous", "results"]}
