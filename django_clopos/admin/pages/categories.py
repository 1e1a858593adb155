"""Where a category or a product is in the tree of categories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from django_clopos.admin.pages.look import Look
from django_clopos.models import Category


def write_path(look: Look, key: int | None) -> SafeString | None:
    """Write the way from the root to a category, each node a link, in one query. None: it is not in the mirror.

    By the parents of all the brand's categories, which are few, rather than by the bounds of the nested set: those are
    as old as the last sync of each node.
    """
    if key is None:
        return None
    nodes = {node.pk: node for node in look.read_rows(Category).filter(brand=look.row.brand_id)}
    path = list(_climb(nodes, key))
    links = ((look.address_page(node), node) for node in reversed(path))
    return format_html_join(" \u203a ", '<a href="{}">{}</a>', links) if path else None


def _climb(nodes: dict[int, Any], key: int | None) -> Iterator[Any]:
    seen: set[int] = set()
    while key in nodes and key not in seen:
        seen.add(key)
        yield nodes[key]
        key = nodes[key].parent_id
