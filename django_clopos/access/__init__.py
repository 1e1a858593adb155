"""Who sees what: the one door that admin, API, reports and exports share.

Show rows to the user of a request, within the scope and with personal data masked::

    rows = show_rows(Receipt.objects.live(), request)

`show_rows` limits everything that is asked of the queryset; personal data is masked on instances, and `values()` of a
personal column raises where it is hidden. Let a user filter, search or order only by what `hides(request, model,
lookup)` does not hide. For code without a request::

    Receipt.objects.within(find_scope(user))
    Receipt.objects.shown_to(find_viewer(user))

Reports that take brands and venues get them from `find_scope(user)`. `mask_value` and `mask_record` mask what is read
by other ways.
"""

from __future__ import annotations

from django_clopos.access.requests import find_viewer_of, hides, show_rows
from django_clopos.access.users import PERSONAL_PERMISSION, find_scope, find_viewer, may_see_personal
from django_clopos.models.scope import EVERYTHING, NOTHING, Scope, narrow
from django_clopos.models.visible import Viewer, get_viewer, is_personal
from django_clopos.schemas.personal import MASK, mask_record, mask_value

__all__ = [
    "EVERYTHING",
    "MASK",
    "NOTHING",
    "PERSONAL_PERMISSION",
    "Scope",
    "Viewer",
    "find_scope",
    "find_viewer",
    "find_viewer_of",
    "get_viewer",
    "hides",
    "is_personal",
    "mask_record",
    "mask_value",
    "may_see_personal",
    "narrow",
    "show_rows",
]
