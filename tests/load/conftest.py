"""Which services there are, and a form of load under way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.load.forms import Form
from tests.load.load import Load, open_load
from tests.load.sites import Services

Begin = Callable[[Form, Services], Load]

_REDIS_URL = os.environ.get("CLOPOS_REDIS_URL", "")
_AMQP_URL = os.environ.get("CLOPOS_AMQP_URL", "")


@pytest.fixture
def redis_first() -> Services:
    """Messages and budget in Redis where there is one."""
    _need_services()
    return Services(broker_url=_REDIS_URL or _AMQP_URL, redis_url=_REDIS_URL)


@pytest.fixture
def rabbit_first() -> Services:
    """Messages in RabbitMQ where there is one, and the budget in the database."""
    _need_services()
    return Services(broker_url=_AMQP_URL or _REDIS_URL, redis_url="")


def _need_services() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    if not (_REDIS_URL or _AMQP_URL):
        pytest.skip("neither CLOPOS_REDIS_URL nor CLOPOS_AMQP_URL names a broker")


@pytest.fixture
def begin(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Begin]:
    """Prepare a form of load that ends with the test; its workers do not run yet."""
    with ExitStack() as stack, django_db_blocker.unblock():

        def prepare(form: Form, services: Services) -> Load:
            return stack.enter_context(open_load(form, services, tmp_path))

        yield prepare
