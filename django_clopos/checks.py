"""System checks: what is wrong with a site's configuration, before a sync finds it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  # Django's own name
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from django_clopos.access.users import load_scope_setting
from django_clopos.conf import load_settings
from django_clopos.schedule.jobs import JOBS_BY_NAME


@register("clopos")
def check_settings(**_: Any) -> list[CheckMessage]:
    """Report a CLOPOS setting that cannot work (E001)."""
    try:
        load_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See the README, section Settings.", id="django_clopos.E001")]
    return []


@register("clopos")
def check_cadence(**_: Any) -> list[CheckMessage]:
    """Report a cadence of a job that there is not (E003)."""
    try:
        cadence = load_settings().CADENCE
    except ImproperlyConfigured:
        return []  # E001 says it
    names = [name for name, value in cadence.items() if not isinstance(value, Mapping)]
    names += [name for value in cadence.values() if isinstance(value, Mapping) for name in value]
    return [
        Error(
            f"CLOPOS['CADENCE'] names the job {name!r}, which there is not.",
            hint=f"The jobs are: {', '.join(JOBS_BY_NAME)}.",
            id="django_clopos.E003",
        )
        for name in names
        if name not in JOBS_BY_NAME
    ]


@register("clopos")
def check_scope(**_: Any) -> list[CheckMessage]:
    """Report a SCOPE that cannot be imported (E004)."""
    try:
        load_settings()
    except ImproperlyConfigured:
        return []  # E001 says it
    try:
        load_scope_setting()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See the README, section Who sees what.", id="django_clopos.E004")]
    return []


@register("clopos")
def check_timezones(**_: Any) -> list[CheckMessage]:
    """Warn where USE_TZ is off: stamps of several zones cannot be told apart then (E002)."""
    if settings.USE_TZ:
        return []
    return [
        Error(
            "USE_TZ is False, but the mirror stores aware times of several zones.",
            hint="Set USE_TZ = True.",
            id="django_clopos.E002",
        )
    ]


@register("clopos")
def check_sqlite(**_: Any) -> list[CheckMessage]:
    """Warn where SQLite would answer "database is locked" to a sync beside a web server (W002)."""
    return [
        Warning(
            f"The SQLite database {alias!r} takes its write lock late: a sync beside a web server may find it locked.",
            hint='Set OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 30, '
            '"init_command": "PRAGMA journal_mode=WAL;"}; see the README, section SQLite.',
            id="django_clopos.W002",
        )
        for alias, database in settings.DATABASES.items()
        if database["ENGINE"] == "django.db.backends.sqlite3"
        and database.get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE"
    ]


@register("clopos")
def check_admin(**_: Any) -> list[CheckMessage]:
    """Warn where the admin cannot find this app's templates or static files (W005)."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    try:
        get_template("admin/django_clopos/brand/sync.html")
        has_templates = True
    except (TemplateDoesNotExist, ImproperlyConfigured):
        has_templates = False
    found = {
        "the templates of django_clopos (APP_DIRS or a loader of app directories)": has_templates,
        "static files (django.contrib.staticfiles in INSTALLED_APPS)": apps.is_installed("django.contrib.staticfiles"),
    }
    return [
        Warning(
            f"The admin lacks {what}: the pages that run the mirror do not work as they should.",
            hint="See docs/admin-operations.md.",
            id="django_clopos.W005",
        )
        for what, is_there in found.items()
        if not is_there
    ]


@register("clopos")
def check_credentials(**_: Any) -> list[CheckMessage]:
    """Warn where a brand is named without all of its credentials (W001)."""
    try:
        values = load_settings()
    except ImproperlyConfigured:
        return []  # E001 says it
    names = ("BRAND", "CLIENT_ID", "CLIENT_SECRET", "INTEGRATOR_ID")
    missing = [name for name in names if not getattr(values, name)]
    # An integrator id alone is shared by brands that have credentials of their own.
    if not missing or not any(getattr(values, name) for name in names[:3]):
        return []
    return [
        Warning(
            f"The Clopos credentials are incomplete: {', '.join(missing)} missing.",
            hint=f"Set {', '.join('CLOPOS_' + name for name in missing)} in the environment.",
            id="django_clopos.W001",
        )
    ]


@register("clopos")
def check_token_cache(**_: Any) -> list[CheckMessage]:
    """Warn where every worker signs in by itself, because no two of them share the cache of the token (W003).

    A Celery broker is taken for the sign that there are several workers: without one, a site hears nothing.
    """
    try:
        values = load_settings()
    except ImproperlyConfigured:
        return []  # E001 says it
    if not getattr(settings, "CELERY_BROKER_URL", "") or (values.REDIS_URL and not values.CACHE):
        return []
    alias = values.CACHE or "default"
    backend = settings.CACHES[alias]["BACKEND"]
    if not backend.endswith((".LocMemCache", ".DummyCache")):
        return []
    return [
        Warning(
            f"The cache {alias!r} keeps the Clopos token for one process only: each worker signs in by itself.",
            hint="Set CLOPOS_REDIS_URL, or let CLOPOS['CACHE'] name a cache that all processes share.",
            id="django_clopos.W003",
        )
    ]
