"""Each system check says what is wrong before a sync finds it out; a test is named after each id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

from django_clopos import checks
from django_clopos.conf import ENVIRONMENT

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    settings.CELERY_BROKER_URL = ""


def find(number: str) -> list[CheckMessage]:
    return [message for message in run_checks(tags=["clopos"]) if message.id == f"django_clopos.{number}"]


def test_a_site_that_is_right_hears_nothing() -> None:
    assert run_checks(tags=["clopos"]) == []


def test_django_clopos_E001(settings: Any) -> None:  # noqa: N802  # the id
    settings.CLOPOS = {"TRAILING_DAY": 3}
    (message,) = find("E001")
    assert "Did you mean TRAILING_DAYS?" in message.msg
    assert message.hint
    assert find("W001") == []


def test_django_clopos_E003(settings: Any) -> None:  # noqa: N802  # the id
    settings.CLOPOS = {"CADENCE": {"orders": 30, "order": 30, "some-brand": {"verify": 60, "verifi": 60}}}
    assert [re.findall(r"'(\w+)'", message.msg)[-1] for message in find("E003")] == ["order", "verifi"]
    assert find("E001") == []


def test_django_clopos_E002(settings: Any) -> None:  # noqa: N802  # the id
    settings.USE_TZ = False
    (message,) = find("E002")
    assert message.hint == "Set USE_TZ = True."


def test_django_clopos_E004(settings: Any) -> None:  # noqa: N802  # the id
    settings.CLOPOS = {"SCOPE": "nowhere.find_scope"}
    (message,) = find("E004")
    assert "cannot be imported" in message.msg
    assert "Who sees what" in str(message.hint)
    assert find("E001") == []
    settings.CLOPOS = {"SCOPE": "django_clopos.conf.DEFAULT_BASE_URL"}
    assert "takes a user" in find("E004")[0].msg
    settings.CLOPOS = {"SCOPE": "django_clopos.access.find_scope"}
    assert find("E004") == []


def test_django_clopos_W001(settings: Any) -> None:  # noqa: N802  # the id
    settings.CLOPOS = {"BRAND": "demo", "CLIENT_ID": "id"}
    (message,) = find("W001")
    assert "CLIENT_SECRET, INTEGRATOR_ID missing" in message.msg
    assert "CLOPOS_CLIENT_SECRET" in str(message.hint)
    settings.CLOPOS |= {"CLIENT_SECRET": "secret", "INTEGRATOR_ID": "integrator"}
    assert find("W001") == []
    settings.CLOPOS = {"INTEGRATOR_ID": "shared by brands with credentials of their own"}
    assert find("W001") == []


def test_django_clopos_W002(settings: Any) -> None:  # noqa: N802  # the id
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
    (message,) = find("W002")
    assert "IMMEDIATE" in str(message.hint)
    settings.DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    assert find("W002") == []


def test_django_clopos_W003(settings: Any) -> None:  # noqa: N802  # the id
    settings.CELERY_BROKER_URL = "amqp://broker"
    (message,) = find("W003")
    assert "each worker signs in by itself" in message.msg
    assert "CLOPOS_REDIS_URL" in str(message.hint)
    settings.CLOPOS = {"REDIS_URL": "redis://shared"}
    assert find("W003") == []
    settings.CLOPOS |= {"CACHE": "default"}
    assert len(find("W003")) == 1
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "x"}}
    assert find("W003") == []
    settings.CLOPOS = {}
    assert find("W003") == []


def test_a_site_without_a_broker_may_keep_the_token_in_its_process(settings: Any) -> None:
    settings.CELERY_BROKER_URL = ""
    assert settings.CACHES["default"]["BACKEND"].endswith("LocMemCache")
    assert find("W003") == []


def test_django_clopos_W005(settings: Any) -> None:  # noqa: N802  # the id
    assert find("W005") == []
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"APP_DIRS": False}]
    (message,) = find("W005")
    assert "templates" in message.msg
    settings.TEMPLATES = [engine]
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "django.contrib.staticfiles"]
    (message,) = find("W005")
    assert "static files" in message.msg
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "django.contrib.admin"]
    assert find("W005") == []


def test_every_check_has_a_test_of_its_name() -> None:
    source = Path(checks.__file__).read_text(encoding="utf-8")
    ids = set(re.findall(r'id="django_clopos\.(\w+)"', source))
    assert ids == {name.rpartition("_")[2] for name in globals() if name.startswith("test_django_clopos_")}
