"""A question that makes no sense cannot be asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from django_clopos.models import Brand
from django_clopos.reports import Question

FIRST, LAST = date(2026, 2, 27), date(2026, 3, 1)


@pytest.fixture
def brand() -> Brand:
    return Brand(pk=1, slug="demo")


def test_the_period_before_is_as_long_and_ends_the_day_before(brand: Brand) -> None:
    before = Question(brand=brand, venues=[2], first=FIRST, last=LAST).before()

    assert (before.first, before.last) == (date(2026, 2, 24), date(2026, 2, 26))
    assert (before.brand, before.venues) == (brand, (2,))


def test_a_period_has_all_its_days(brand: Brand) -> None:
    assert Question(brand=brand, first=FIRST, last=LAST).days == (FIRST, date(2026, 2, 28), LAST)
    assert Question(brand=brand, first=LAST, last=LAST).days == (LAST,)


def test_venues_are_named_once(brand: Brand) -> None:
    assert Question(brand=brand, venues=[3, 1, 3], first=FIRST, last=LAST).venues == (1, 3)


def test_days_in_the_wrong_order_are_refused(brand: Brand) -> None:
    with pytest.raises(ValueError, match="2026-02-26, is before the first"):
        Question(brand=brand, first=FIRST, last=FIRST - timedelta(days=1))


def test_moments_are_refused(brand: Brand) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="give dates"):
        Question(brand=brand, first=FIRST, last=moment)


@pytest.mark.parametrize("venue", [0, -1, 10**12])
def test_a_venue_outside_the_range_of_ids_is_refused(brand: Brand, venue: int) -> None:
    with pytest.raises(ValueError, match="remote id"):
        Question(brand=brand, venues=[venue], first=FIRST, last=LAST)
