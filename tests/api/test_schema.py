"""The schema describes the API, and the API keeps to it whatever it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks

from django_clopos.api.collections import COLLECTIONS
from django_clopos.api.reports import REPORTS
from django_clopos.models import Brand
from tests.api.filling import fill_everything

#: The answer is one that the schema describes, and never a server's error.
CHECKS = [
    checks.load_all_checks() or checks.CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]


def read_schema() -> dict[str, Any]:
    answer = Client().get("/api/schema/?format=json")
    assert answer.status_code == 200
    described: dict[str, Any] = json.loads(answer.content)
    return described


SCHEMA = schemathesis.openapi.from_dict(read_schema())
SCHEMA.app = get_wsgi_application()


@pytest.fixture
def session(db: None) -> Iterator[str]:
    """A session of a superuser over a filled brand; the application leaves the test's connection open."""
    fill_everything(Brand.objects.create(slug="demo"))
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield client.cookies["sessionid"].value
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_to_its_schema(case: schemathesis.Case, session: str) -> None:
    case.path_parameters["brand"] = "demo"
    if len(str(case.path_parameters.get("clopos_id", ""))) % 2:
        case.path_parameters["clopos_id"] = 1
    case.headers.pop("Authorization", None)  # it is signed in by its session

    case.call_and_validate(headers={"Cookie": f"sessionid={session}"}, checks=CHECKS)


def test_the_schema_is_of_openapi_3_1_and_describes_every_address() -> None:
    described = read_schema()

    assert described["openapi"] == "3.1.0"
    expected = {f"/api/{{brand}}/{collection.name}/" for collection in COLLECTIONS}
    expected |= {f"/api/{{brand}}/{each.name}/{{clopos_id}}/" for each in COLLECTIONS if each.is_keyed}
    expected |= {f"/api/{{brand}}/reports/{name}/" for name in REPORTS}
    assert set(described["paths"]) == expected | {"/api/{brand}/", "/api/{brand}/changes/"}


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.name)
def test_every_list_has_an_example(collection: Any) -> None:
    described = read_schema()["paths"][f"/api/{{brand}}/{collection.name}/"]["get"]

    (row,) = described["responses"]["200"]["content"]["application/json"]["example"]["results"]
    assert row


def test_the_page_has_its_assets_from_this_site() -> None:
    page = Client().get("/api/docs/").content.decode()

    assert 'data-schema="/api/schema/?format=json"' in page
    assert "http" not in page
    assert page.count("<script src") == page.count("<script") == 2


def test_the_api_works_without_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; sys.modules['drf_spectacular'] = None\n"
        "import django; django.setup()\n"
        "import django_clopos.api.urls"
    )
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
    subprocess.run([sys.executable, "-c", code], check=True)
