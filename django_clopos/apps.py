"""The Django app: its label, its name, and what is connected when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class CloposConfig(AppConfig):
    """Mirror of Clopos data. Label `django_clopos`, shown as Clopos."""

    name = "django_clopos"
    verbose_name = "Clopos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the log receivers, and have the models' names translated."""
        from django_clopos import checks, logs  # noqa: F401, PLC0415  # registered by being imported, once apps are ready
        from django_clopos.models.names import translate_names  # noqa: PLC0415  # the same

        translate_names(self.get_models())
