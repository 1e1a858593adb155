"""A small restaurant, a client over it without a network, and one call that syncs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.models import Brand
from django_clopos.sandbox import Sandbox
from django_clopos.sync.engine import Options, add_needed, sync
from django_clopos.sync.report import Listener, RunReport

TODAY = date(2026, 11, 20)
SLUG = "demo"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the tests out as `tests.scheduling` says, unless another way is asked for."""
    if config.getoption("dist") != "load":
        return None
    from tests.scheduling import Scheduling  # noqa: PLC0415  # only where pytest-xdist is at work

    return Scheduling(config, log)


def make_sandbox(**options: Any) -> Sandbox:
    """Make a restaurant of three venues and a few days; its rate limits are out of the way."""
    defaults: dict[str, Any] = {"days": 4, "receipts_per_day": 6, "today": TODAY, "requests_per_window": 10**6}
    return Sandbox(brands=(SLUG,), **(defaults | options))


def open_test_client(sandbox: Sandbox, slug: str = SLUG) -> Client:
    """Open a client that calls the sandbox in this process and waits for nothing."""
    credentials = sandbox.credentials(slug)
    config = Config(
        base_url="http://sandbox.test/open-api/v2",
        brand=credentials.brand,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        integrator_id=credentials.integrator_id,
        requests_per_minute=10**6,
    )
    budget = InProcessBudget(requests_per_minute=10**6)
    return Client(config, budget=budget, transport=httpx.WSGITransport(app=sandbox), sleep=lambda _: None)


@pytest.fixture
def sandbox() -> Sandbox:
    """A restaurant of this test's own."""
    return make_sandbox()


@pytest.fixture
def brand(db: None) -> Brand:
    """The brand that the sandbox plays."""
    return Brand.objects.create(slug=SLUG)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """A client over this test's restaurant."""
    with open_test_client(sandbox) as opened:
        yield opened


Mirror = Callable[..., RunReport]


@pytest.fixture
def mirror(brand: Brand, client: Client) -> Mirror:
    """Sync resources by name (none: all that a plain sync reads) and give the report."""

    def run(*names: str, listener: Listener | None = None, **options: Any) -> RunReport:
        chosen = [get_resource(name) for name in names] or [
            resource for resource in RESOURCES if not resource.is_opt_in
        ]
        resources = add_needed(chosen, registry=RESOURCES, brand=brand)
        return sync(brand, resources, options=Options(**options), client=client, listener=listener)

    return run
