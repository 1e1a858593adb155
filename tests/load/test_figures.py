"""The figures are what their names say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.load.figures import Ages, measure_ages, measure_use, merge_ages

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def after(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=each) for each in seconds]


def test_a_full_budget_is_a_share_of_one() -> None:
    use = measure_use("demo", [1000 + number / 5 for number in range(600)], until=1060)
    assert (use.requests, use.seconds, use.share) == (300, 60, 1)


def test_the_course_counts_every_ten_seconds() -> None:
    assert measure_use("demo", [1000, 1009.9, 1010, 1031], until=2000).course == (2, 1, 0, 1)


def test_the_busiest_minute_slides() -> None:
    quiet, burst = [1000.0 + 10 * number for number in range(6)], [1050.0 + number / 100 for number in range(40)]
    # The request at 1000 has left the window of the last one, at 1060.5.
    assert measure_use("demo", [*quiet, *burst, 1060.5], until=2000).busiest_minute == 46


def test_a_brand_that_was_asked_nothing_has_no_use() -> None:
    with pytest.raises(AssertionError, match="demo was asked nothing"):
        measure_use("demo", [], until=1060)


def test_the_oldest_age_may_be_at_the_end() -> None:
    ages = measure_ages("demo", after(30, 4, 60), start=START, end=START + timedelta(seconds=150))
    assert ages == Ages(slug="demo", first_seconds=4, oldest_seconds=90)


def test_the_worst_list_stands_for_a_brand() -> None:
    early = Ages(slug="demo", first_seconds=2, oldest_seconds=70)
    fresh = Ages(slug="demo", first_seconds=9, oldest_seconds=61)
    assert merge_ages([early, fresh]) == Ages(slug="demo", first_seconds=9, oldest_seconds=70)
