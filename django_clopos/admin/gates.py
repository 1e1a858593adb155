"""How a page of the admin beside Django's own is reached: by method, permission, scope, with CSRF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods


def make_path(
    model_admin: Any, name: str, view: Callable[..., Any], *, methods: tuple[str, ...] = ("POST",)
) -> URLPattern:
    """Give the address `<key>/<name>/` of a row. Never in a transaction: what it sends or asks must be committed."""
    allowed = require_http_methods(list(methods))(view)
    guarded: Callable[..., Any] = transaction.non_atomic_requests(model_admin.admin_site.admin_view(allowed))
    opts = model_admin.opts
    return path(f"<path:object_id>/{name}/", guarded, name=f"{opts.app_label}_{opts.model_name}_{name}")


def open_for_change(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    """Give the row that the user may change. Raises Http404 outside the scope, PermissionDenied without permission."""
    row = model_admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    return row
