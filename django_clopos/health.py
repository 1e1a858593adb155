"""Two addresses for machines that watch: does this process work, and is the mirror fresh.

    path("health/", include("django_clopos.health"))

`live` is for load balancers: a stale mirror is no reason to take a web node away, for its neighbour's is the same one.
`fresh` is for whoever wakes people. Neither needs REST framework. Whoever may view schedules is told what is stale;
everybody else gets one word.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connections, router
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from django_clopos.models.schedule import Schedule
from django_clopos.schedule.freshness import Freshness, read_freshness

_UNAVAILABLE = 503


@login_not_required
@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """Answer 200 where this process and its database work, else 503."""
    try:
        with connections[router.db_for_write(Schedule)].cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _answer("unavailable")
    return _answer("ok")


@login_not_required
@require_safe
@never_cache
def fresh(request: HttpRequest) -> JsonResponse:
    """Answer 200 where nothing is older than its limit, else 503."""
    try:
        brands = read_freshness()
        details = _list_stale(brands) if _may_see(request) else {}
    except Error:  # tables that are not there yet, too
        return _answer("unavailable")
    return _answer("stale" if any(each.stale for each in brands) else "ok", **details)


def _answer(status: str, **details: Any) -> JsonResponse:
    return JsonResponse({"status": status, **details}, status=200 if status == "ok" else _UNAVAILABLE)


def _may_see(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # a site without sessions has none
    return user is not None and user.has_perm("django_clopos.view_schedule")


def _list_stale(brands: list[Freshness]) -> dict[str, Any]:
    return {
        "stale": [
            {
                "brand": each.brand.slug,
                "job": job.job,
                "state": str(job.state),
                "age_seconds": None if job.age is None else round(job.age.total_seconds()),
                "error": job.error,
            }
            for each in brands
            for job in each.stale
        ]
    }


urlpatterns = [path("live", live, name="clopos-health-live"), path("fresh", fresh, name="clopos-health-fresh")]
