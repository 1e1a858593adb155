"""The Django app: its label, its name, and what is connected when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class CloposConfig(AppConfig):
    """Mirror of Clopos data. Label `django_clopos`, shown as Clopos."""

    name = "django_clopos"
    verbose_name = "Clopos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the log receivers."""
        from django_clopos import checks, logs  # noqa: F401, PLC0415  # registered by being imported, once apps are ready
