"""Who sold it: sales by member of staff, in one of the roles that a receipt names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from django_clopos.models import User
from django_clopos.reports.figures import NamedSales
from django_clopos.reports.labels import name_missing
from django_clopos.reports.question import Question
from django_clopos.reports.sales import sum_by_reference


class Role(models.TextChoices):
    """What somebody had to do with a receipt, by its column. Source: wire contract, section 13.15."""

    OWNER = "user", _("Owner")
    OPENED = "open_by_user", _("Opened by")
    CLOSED = "close_by_user", _("Closed by")
    SELLER = "seller", _("Seller")
    COURIER = "courier", _("Courier")


def sum_by_staff(question: Question, *, role: Role = Role.OWNER) -> tuple[NamedSales, ...]:
    """Sum the sales by staff in a role, the largest net sales first, in 3 queries.

    The owner is whom the receipt belongs to in the end, since receipts can be handed over. Source: wire contract,
    section 14. The names are personal data: see `hide_names`.
    """
    return sum_by_reference(question, role.value, User)


def hide_names(staff: Iterable[NamedSales]) -> tuple[NamedSales, ...]:
    """Call staff by their Clopos ids, for readers who may not see personal data."""
    kind = capfirst(str(User._meta.verbose_name))
    return tuple(replace(row, name=name_missing(User, None) if row.id is None else f"{kind} {row.id}") for row in staff)
