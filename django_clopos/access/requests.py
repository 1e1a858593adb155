"""What the user of a request may see: found out once a request, and not kept longer."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from django_clopos.access.users import find_viewer
from django_clopos.models.visible import Viewer, is_personal

Q = TypeVar("Q", bound="models.QuerySet[Any]")

_ATTRIBUTE = "_django_clopos_viewer"


def find_viewer_of(request: Any) -> Viewer:
    """Find out what the user of a request may see; of Django's requests or the REST framework's."""
    user = request.user
    held = getattr(request, _ATTRIBUTE, None)
    if held is None or held[0] != user.pk:
        held = (user.pk, find_viewer(user))
        setattr(request, _ATTRIBUTE, held)
    viewer: Viewer = held[1]
    return viewer


def show_rows(rows: Q, request: Any) -> Q:
    """Keep the rows that the user of a request may see, and mask personal data unless they may see it.

    Raises TypeError for rows of a model that does not say where its brand is.
    """
    if not hasattr(rows, "shown_to"):
        raise TypeError(f"{rows.model.__name__} has no scope: its manager must come from ScopedQuerySet.")
    shown: Q = rows.shown_to(find_viewer_of(request))
    return shown


def hides(request: Any, model: type[models.Model], lookup: str) -> bool:
    """Tell whether a lookup leads to personal data that the user of a request may not see."""
    return is_personal(model, lookup) and not find_viewer_of(request).sees_personal
