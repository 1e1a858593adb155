"""Who may read a list: authenticated users with Django's view permission on its model.

Rows nested in an answer (a receipt's lines) are part of their parent and need no permission of their own; rows that
`expand` adds need that of their model.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db import models
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from django_clopos.api.shapes import Shape


class MayViewModel(BasePermission):
    """Asks for `django_clopos.view_<model>` of each of the view's models."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the user may view every model that the view lists as `viewed_models`."""
        return all(may_view(request.user, model) for model in view.viewed_models)


def may_view(user: Any, model: type[models.Model]) -> bool:
    """Tell whether a user has the view permission on a model."""
    return bool(user and user.has_perm(name_permission(model)))


def name_permission(model: type[models.Model]) -> str:
    """Name the view permission on a model."""
    return f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}"


def demand_expanded(user: Any, shape: Shape) -> None:
    """Raise PermissionDenied where a shape shows rows that the user may not view."""
    for branch in shape.walk():
        if not branch.is_part and not may_view(user, branch.shape.model):
            permission = name_permission(branch.shape.model)
            raise PermissionDenied(f"To expand {branch.name!r} takes the permission {permission}.")
