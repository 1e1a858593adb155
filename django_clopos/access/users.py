"""What a user may see: the setting SCOPE or the rows of BrandAccess, and the permission for personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from django_clopos.conf import load_settings
from django_clopos.models.access import BrandAccess, is_list_of_venues
from django_clopos.models.brands import Brand
from django_clopos.models.scope import EVERYTHING, NOTHING, Scope
from django_clopos.models.visible import Viewer

#: Without it, personal data of customers and staff is masked.
PERSONAL_PERMISSION = "django_clopos.view_personal_data"

_ALL = "all"


def find_scope(user: Any) -> Scope:
    """Find which brands and venues a user may see, by the setting SCOPE or else by BrandAccess.

    Whoever is not signed in or not active sees nothing. Raises ImproperlyConfigured where SCOPE cannot be imported or
    gives something else than it should.
    """
    if not (user and user.is_authenticated and user.is_active):
        return NOTHING
    decide = load_scope_setting()
    if decide is not None:
        return _read_answer(decide(user))
    return EVERYTHING if user.is_superuser else _read_accesses(user)


def may_see_personal(user: Any) -> bool:
    """Tell whether a user may see personal data of customers and staff."""
    return bool(user and user.has_perm(PERSONAL_PERMISSION))


def find_viewer(user: Any) -> Viewer:
    """Find out what a user may see."""
    return Viewer(scope=find_scope(user), sees_personal=may_see_personal(user))


def load_scope_setting() -> Callable[[Any], object] | None:
    """Give the callable of the setting SCOPE; None: BrandAccess decides. Raises ImproperlyConfigured."""
    given = load_settings().SCOPE
    if not given:
        return None
    if isinstance(given, str):
        try:
            given = import_string(given)
        except ImportError as error:
            raise ImproperlyConfigured(f"CLOPOS['SCOPE'] cannot be imported: {error}") from None
    if not callable(given):
        raise ImproperlyConfigured("CLOPOS['SCOPE'] must name a function that takes a user.")
    return given


def _read_accesses(user: Any) -> Scope:
    whole: set[int] = set()
    partly: dict[int, frozenset[int]] = {}
    for brand, venues in BrandAccess.objects.filter(user_id=user.pk).values_list("brand_id", "venues"):
        if venues == []:
            whole.add(brand)
        else:  # what is no list of ids lets no venue be seen
            partly[brand] = frozenset(venues if is_list_of_venues(venues) else ())
    return Scope(brands=frozenset(whole), venues=partly)


def _read_answer(answer: object) -> Scope:
    if answer == _ALL:
        return EVERYTHING
    if isinstance(answer, Scope):
        return answer
    if not isinstance(answer, Mapping):
        raise _complain(answer)
    keys = dict(Brand.objects.filter(slug__in=[str(slug) for slug in answer]).values_list("slug", "pk"))
    whole = {keys[slug] for slug, venues in answer.items() if venues == _ALL and slug in keys}
    partly = {slug: _read_venues(venues, answer) for slug, venues in answer.items() if venues != _ALL}
    return Scope(
        brands=frozenset(whole), venues={keys[slug]: venues for slug, venues in partly.items() if slug in keys}
    )


def _read_venues(venues: object, answer: object) -> frozenset[int]:
    if isinstance(venues, str) or not isinstance(venues, Iterable):
        raise _complain(answer)
    ids = list(venues)
    if not is_list_of_venues(ids):
        raise _complain(answer)
    return frozenset(ids)


def _complain(answer: object) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        'The function of CLOPOS[\'SCOPE\'] must give "all", or a dictionary from the slug of a brand to "all" or a '
        f'list of Clopos ids of venues, such as {{"first": "all", "second": [1, 3]}}; not {answer!r}.'
    )
