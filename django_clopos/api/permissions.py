"""Who may read a resource: authenticated users with Django's view permission on its model.

Rows nested in an answer (a receipt's lines) are part of their parent and need no permission of their own.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class MayViewModel(BasePermission):
    """Asks for `django_clopos.view_<model>` of the view's resource."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the user may view the model of `view.resource`."""
        options = view.resource.table.model._meta
        return bool(
            request.user and request.user.has_perm(f"{options.app_label}.{get_permission_codename('view', options)}")
        )
