"""The addresses that machines watch: what they answer, to whom, and at which cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from django_clopos.models import Brand, Schedule
from django_clopos.schedule.rows import make_rows
from django_clopos.sync.clock import DatabaseNow, after
from tests.schedule.conftest import put

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def done(brand: Brand) -> None:
    """Every job of the brand has just succeeded."""
    make_rows()
    Schedule.objects.update(succeeded_at=DatabaseNow(), finished_at=DatabaseNow(), due_at=after(HOUR), ticket=1)


@pytest.fixture
def stale(done: None) -> None:
    """Orders are an hour old."""
    put("orders", succeeded_at=-HOUR, failures=3, error="GET orders: wrong secret.")


def ask(name: str, client: Client | None = None) -> tuple[int, dict[str, Any]]:
    answer = (client or Client()).get(reverse(f"clopos-health-{name}"))
    return answer.status_code, answer.json()


@pytest.mark.parametrize("name", ["live", "fresh"])
def test_all_is_well(name: str, done: None) -> None:
    assert ask(name) == (200, {"status": "ok"})


def test_a_site_without_brands_is_fresh() -> None:
    assert ask("fresh") == (200, {"status": "ok"})


def test_a_stale_mirror_is_told_without_a_word_on_whose(stale: None) -> None:
    assert ask("fresh") == (503, {"status": "stale"})


def test_a_stale_mirror_takes_no_web_node_away(stale: None) -> None:
    assert ask("live") == (200, {"status": "ok"})


def test_who_may_see_schedules_is_told_what_is_stale(stale: None) -> None:
    user = get_user_model().objects.create_user("watch", password="x")
    client = Client()
    client.force_login(user)
    assert ask("fresh", client) == (503, {"status": "stale"})
    user.user_permissions.add(Permission.objects.get(codename="view_schedule"))
    status, told = ask("fresh", client)
    assert status == 503
    (job,) = told["stale"]
    assert (job["brand"], job["job"], job["error"]) == ("demo", "orders", "GET orders: wrong secret.")


@pytest.mark.parametrize("name", ["live", "fresh"])
def test_a_database_that_does_not_answer_is_503(name: str) -> None:
    with connection.execute_wrapper(fail):
        assert ask(name) == (503, {"status": "unavailable"})


def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Answer as a database whose server has gone."""
    raise OperationalError("server closed the connection unexpectedly, host=secret.example")


@pytest.mark.parametrize("name", ["live", "fresh"])
def test_only_reading_is_allowed(name: str) -> None:
    assert Client().post(reverse(f"clopos-health-{name}")).status_code == 405
    assert Client().head(reverse(f"clopos-health-{name}")).status_code == 200


@pytest.mark.parametrize("name", ["live", "fresh"])
def test_no_answer_is_kept(name: str) -> None:
    assert "no-store" in Client().get(reverse(f"clopos-health-{name}"))["Cache-Control"]


def test_no_sign_in_is_asked_for_where_a_site_asks_everywhere(settings: Any, done: None) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert ask("fresh") == (200, {"status": "ok"})


def test_a_site_without_sessions_is_served(settings: Any, stale: None) -> None:
    settings.MIDDLEWARE = []
    assert ask("fresh") == (503, {"status": "stale"})


@pytest.mark.parametrize(("brands", "queries"), [(1, 2), (6, 2)])
def test_it_costs_two_queries_while_all_is_well(
    brands: int, queries: int, done: None, django_assert_num_queries: Any
) -> None:
    for number in range(1, brands):
        Brand.objects.create(slug=f"other-{number}")
    make_rows()
    Schedule.objects.update(succeeded_at=DatabaseNow(), finished_at=DatabaseNow(), due_at=after(HOUR), ticket=1)
    with django_assert_num_queries(queries):
        assert ask("fresh")[0] == 200
