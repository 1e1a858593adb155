"""The feed of changes: what happened to which row, in the order of commits, for programs that keep a copy.

Numbers have no gaps and are committed in order, so that whoever asks for what comes after the last one misses nothing,
which no feed by times can promise.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.db import models
from django.db.models import Min
from django.db.models.functions import Cast
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from django_clopos.access import mask_record
from django_clopos.api.base import BrandView
from django_clopos.api.collections import COLLECTIONS
from django_clopos.api.parameters import read_field, read_number
from django_clopos.api.permissions import may_view
from django_clopos.models import Change, ChangeCounter
from django_clopos.models.fields import dump_json, load_json
from django_clopos.models.truth import ChangeKind

MOST_CHANGES = 1000
_HIGHEST = 2**63 - 1
RESOURCES_OF_CHANGES = sorted({collection.resource.name for collection in COLLECTIONS})
_COLUMNS = ("seq", "resource", "table", "clopos_id", "kind", "changed_at")
_SIDES = ("before", "after")


class ChangesPruned(APIException):
    """Raised where changes after the number asked for were deleted for their age."""

    status_code = status.HTTP_410_GONE
    default_code = "pruned"


class ChangeFeed(BrandView):
    """The changes after a number, oldest first: `seq`, what changed, and the keys of its record before and after.

    Ask again with `next_after`. Without `after` it begins with the oldest change that is kept.
    """

    @property
    def viewed_models(self) -> tuple[type[models.Model], ...]:
        """History."""
        return (Change,)

    def list_parameters(self) -> frozenset[str]:
        """List what the feed can be asked."""
        return frozenset({"after", "limit", "resource", "kind"})

    def get(self, request: Request, brand: str) -> Response:
        """Give the changes after a number. Raises ChangesPruned where some are gone."""
        limit = read_number(request, "limit", low=1, high=MOST_CHANGES, default=100)
        after = read_number(request, "after", low=0, high=_HIGHEST, default=-1)
        last = self._find_last()
        conditions = self._read_conditions()
        if after > last:
            raise ValidationError({"after": [f"There is no such number yet; the last one is {last}."]})
        if after >= 0:
            self._demand_kept(after, last)
        # Not beyond `last`: what is committed up to there is seen by this query whole.
        rows = self._list_rows().filter(seq__gt=after, seq__lte=last, **conditions)
        texts = [Cast(side, models.TextField()) for side in _SIDES]
        found = list(rows.order_by("seq").values_list(*_COLUMNS, *texts)[:limit])
        next_after = found[-1][0] if len(found) == limit else last
        return Response({"last_seq": last, "next_after": next_after, "results": [self._speak(row) for row in found]})

    def _find_last(self) -> int:
        counter = ChangeCounter.objects.filter(brand=self.brand).values_list("last_seq", flat=True).first()
        return counter or 0

    def _read_conditions(self) -> dict[str, object]:
        fields = {
            "resource": forms.ChoiceField(choices=[(name, name) for name in RESOURCES_OF_CHANGES]),
            "kind": forms.ChoiceField(choices=ChangeKind.choices),
        }
        read = {name: read_field(self.request, name, field) for name, field in fields.items()}
        return {name: value for name, value in read.items() if value is not None}

    def _demand_kept(self, after: int, last: int) -> None:
        first = Change.objects.filter(brand=self.brand).aggregate(first=Min("seq"))["first"]
        oldest = last + 1 if first is None else first
        if after + 1 < oldest:
            raise ChangesPruned(
                f"Changes up to {oldest - 1} were deleted for their age: read the lists again, then go on after {last}."
            )

    def _list_rows(self) -> Any:
        """Give the changes of rows that the user may see, of models that they may view."""
        tables = {each.model.__name__ for each in COLLECTIONS if may_view(self.request.user, each.model)}
        # Masked by hand below: `values()` cannot.
        return Change.objects.within(self.viewer.scope).filter(brand=self.brand, table__in=tables)

    def _speak(self, values: tuple[Any, ...]) -> dict[str, Any]:
        row = dict(zip((*_COLUMNS, *_SIDES), values, strict=True))
        row["id"] = row.pop("clopos_id")
        row["changed_at"] = timezone.localtime(row["changed_at"])
        return row | {side: self._speak_record(row["table"], row[side]) for side in _SIDES}

    def _speak_record(self, table: str, text: str | None) -> msgspec.Raw | None:
        """Pass a record's keys on as they are stored, or masked."""
        if text is None:
            return None
        if not self.viewer.sees_personal:
            text = dump_json(mask_record(table, load_json(text)))
        return msgspec.Raw(text)
