"""How a list is cut into pages, and that a page size out of range is refused instead of silently cut."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class MirrorPagination(PageNumberPagination):
    """Pages by `page` (counted from 1) and `page_size` (1 to 200)."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Read the page size. Raises ValidationError outside 1 to 200."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= self.max_page_size):
            raise ValidationError({"page_size": [f"Must be a whole number from 1 to {self.max_page_size}."]})
        return int(text)
