"""Many brands, many workers and two beats: the limit is kept, the budget is used, and the stop list stays fresh."""

from __future__ import annotations

import pytest

from django_clopos.mirror import get_resource
from tests.load.conftest import Begin
from tests.load.figures import PER_MINUTE
from tests.load.forms import IS_STRESS, STEADY, slow
from tests.load.load import Load
from tests.load.reports import describe, describe_ages, describe_use, tell
from tests.load.sites import Services

pytestmark = pytest.mark.load

_LEAST_SHARE = 0.9


def test_the_budget_is_used_and_never_exceeded_while_the_stop_list_stays_fresh(
    begin: Begin, redis_first: Services
) -> None:
    load = begin(STEADY, redis_first)
    load.start()
    load.run(STEADY.seconds)
    _judge(load)


@pytest.mark.skipif(not IS_STRESS, reason="six minutes each: CLOPOS_STRESS is not set")
@pytest.mark.parametrize("latency_seconds", [0.2, 0.6])
def test_the_budget_is_used_behind_a_slow_line(begin: Begin, redis_first: Services, latency_seconds: float) -> None:
    form = slow(latency_seconds)
    load = begin(form, redis_first)
    load.start()
    load.run(form.seconds)
    _judge(load)


def _judge(load: Load) -> None:
    uses, ages, answers = load.measure_use(), load.measure_ages(), load.count_answers()
    tell(
        describe(load.form, load.site.services),
        [
            f"answers by status: {dict(answers)}",
            *describe_use(uses),
            *describe_ages(ages),
            *load.describe_machine(),
            f"receipts stored: {load.site.count_receipts()}",
        ],
    )
    assert answers["429"] == 0
    assert [use for use in uses if use.busiest_minute > PER_MINUTE] == []
    assert [use for use in uses if use.share < _LEAST_SHARE] == []
    most = 2 * get_resource("stop-list").every.total_seconds()
    assert [age for age in ages if max(age.first_seconds, age.oldest_seconds) > most] == []
    assert load.site.find_failures() == []
