"""The words for what a comparison of local with remote found, in the language that is active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_SHOWN_IDS = 10

#: What each kind of id means. The last two are no difference.
MEANINGS: Mapping[str, Any] = {
    "missing": _("not here"),
    "extra": _("no longer there"),
    "different": _("differ"),
    "unnamed": _("records without a usable id"),
    "rejected": _("rejected, see RejectedRow"),
    "unlisted": _("listed no more, but still there by id"),
}


def describe_differences(found: Mapping[str, Any]) -> list[str]:
    """Say in a few words for each kind how many there are, and which: ids, or how many where there is no id."""
    return [_describe_kind(name, ids) for name, ids in found.items()]


def _describe_kind(name: str, found: list[int] | list[str] | int) -> str:
    meaning = MEANINGS.get(name, name)
    if isinstance(found, int):
        return f"{found} {meaning}"
    ids = ", ".join(map(str, found[:_SHOWN_IDS]))
    more = ", .." if len(found) > _SHOWN_IDS else ""
    return gettext("{count} {meaning} ({ids})").format(count=len(found), meaning=meaning, ids=ids + more)
