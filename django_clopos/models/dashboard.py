"""The dashboard as Django's admin knows pages: a model with a permission of its own, without a table of its own."""

from __future__ import annotations

from django_clopos.models.brands import Brand


class Dashboard(Brand):
    """A brand, looked at by its figures. Whoever may view it sees sums, and no row that they are made of."""

    class Meta:
        proxy = True
        verbose_name = "dashboard"
        verbose_name_plural = "dashboard"
        default_permissions = ("view",)
