"""The Celery task is a thin call into the engine, and says how the run ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_clopos.models import Brand, PaymentMethod, SyncRun
from django_clopos.sandbox import Sandbox, serve
from django_clopos.tasks import sync_brand
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve the sandbox on a socket and name it in the environment."""
    credentials = sandbox.credentials(SLUG)
    with serve(sandbox, port=0) as server:
        monkeypatch.setenv("CLOPOS_BASE_URL", server.url)
        monkeypatch.setenv("CLOPOS_BRAND", SLUG)
        monkeypatch.setenv("CLOPOS_CLIENT_ID", credentials.client_id)
        monkeypatch.setenv("CLOPOS_CLIENT_SECRET", credentials.client_secret)
        monkeypatch.setenv("CLOPOS_INTEGRATOR_ID", credentials.integrator_id)
        monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "100000")
        yield sandbox


def test_the_task_mirrors_the_resources_named(served: Sandbox) -> None:
    result = sync_brand.delay(SLUG, ["payment-methods"]).get()
    assert result == {
        "run": SyncRun.objects.get().pk,
        "status": "succeeded",
        "created": len(served.documents(SLUG, "payment-methods")),
        "updated": 0,
        "removed": 0,
        "rejected": 0,
    }
    assert PaymentMethod.objects.count() == result["created"]


def test_the_task_does_not_repeat_what_a_remote_refuses(served: Sandbox) -> None:
    served.brand(SLUG).disabled = True
    assert sync_brand.delay(SLUG, ["payment-methods"]).get()["status"] == "failed"
    assert "disabled" in SyncRun.objects.get().error.lower()


def test_the_task_leaves_an_inactive_brand_alone(served: Sandbox) -> None:
    Brand.objects.create(slug=SLUG, is_active=False)
    assert sync_brand.delay(SLUG).get() == {"run": None, "status": "inactive"}
    assert not SyncRun.objects.exists()


def test_the_task_raises_for_a_brand_that_is_not_there() -> None:
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        sync_brand.delay("nowhere")
