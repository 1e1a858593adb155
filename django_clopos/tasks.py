"""Celery tasks: thin calls into the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import shared_task

from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.sync.connection import find_brand
from django_clopos.sync.engine import Options, add_needed, sync


@shared_task(name="django_clopos.sync_brand", acks_late=True, ignore_result=True)
def sync_brand(brand: str | None = None, resources: Sequence[str] = (), *, full: bool = False) -> dict[str, Any]:
    """Mirror a brand, named by its slug, and return how the run ended.

    Without a slug: the brand of the environment, or the only one. Without names: everything that is not opt-in.
    A failing remote is recorded on the run, not raised; wrong configuration raises. An inactive brand is left alone.
    """
    row = find_brand(brand)
    if not row.is_active:
        return {"run": None, "status": "inactive"}
    chosen = [get_resource(name) for name in resources] or [
        resource for resource in RESOURCES if not resource.is_opt_in
    ]
    ordered = add_needed([resource for resource in RESOURCES if resource in chosen], registry=RESOURCES, brand=row)
    report = sync(row, ordered, options=Options(resources=tuple(resources), is_full=full))
    counts = {name: report.total(name) for name in ("created", "updated", "removed", "rejected")}
    return {"run": report.run.pk, "status": str(report.run.status), **counts}
