"""Which business days a period has that is named by what everybody calls it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_clopos.models import Brand

#: The longest period: three years and some days, so that a page and its tables stay within reason.
MOST_DAYS = 1100


class Period(models.TextChoices):
    """Periods that can be chosen. All but `FREE` follow the calendar of the brand."""

    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    LAST_7 = "last-7-days", _("Last 7 days")
    LAST_30 = "last-30-days", _("Last 30 days")
    THIS_MONTH = "this-month", _("This month")
    LAST_MONTH = "last-month", _("Last month")
    FREE = "free", _("From … to …")


def find_today(brand: Brand) -> date:
    """Tell the day in the zone of the brand. When its business day begins, the remote does not say."""
    return timezone.now().astimezone(brand.timezone_of()).date()


def find_days(period: Period, today: date) -> tuple[date, date]:
    """Give the first and the last day of a period. Raises KeyError for a free one, whose days the reader gives."""
    yesterday, month = today - timedelta(days=1), today.replace(day=1)
    last_month = month - timedelta(days=1)
    return {
        Period.TODAY: (today, today),
        Period.YESTERDAY: (yesterday, yesterday),
        Period.LAST_7: (today - timedelta(days=6), today),
        Period.LAST_30: (today - timedelta(days=29), today),
        Period.THIS_MONTH: (month, today),
        Period.LAST_MONTH: (last_month.replace(day=1), last_month),
    }[period]
