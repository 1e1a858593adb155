"""Who sold it: sales by member of staff, in one of the roles that a receipt names."""

from __future__ import annotations

from django.db import models

from django_clopos.models import User
from django_clopos.reports.figures import NamedSales
from django_clopos.reports.question import Question
from django_clopos.reports.sales import sum_by_reference


class Role(models.TextChoices):
    """What somebody had to do with a receipt, by its column. Source: wire contract, section 13.15."""

    OWNER = "user", "Owner"
    OPENED = "open_by_user", "Opened by"
    CLOSED = "close_by_user", "Closed by"
    SELLER = "seller"
    COURIER = "courier"


def sum_by_staff(question: Question, *, role: Role = Role.OWNER) -> tuple[NamedSales, ...]:
    """Sum the sales by staff in a role, the largest net sales first, in 3 queries.

    The owner is whom the receipt belongs to in the end, since receipts can be handed over. Source: wire contract,
    section 14.
    """
    return sum_by_reference(question, role.value, User)
