"""Settings of the sites under load: the example site's, with names of their own in the services."""

from __future__ import annotations

import json
import os

from example_project import settings as example
from example_project.settings import *  # noqa: F403

LOAD_NAME = os.environ["LOAD_NAME"]

CLOPOS = {"QUEUE": LOAD_NAME, "CADENCE": json.loads(os.environ.get("LOAD_CADENCE", "{}"))}
if example.CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **getattr(example, "CELERY_BROKER_TRANSPORT_OPTIONS", {}),
        "global_keyprefix": f"{LOAD_NAME}:",
    }
# Every process must find the token that another one has fetched: without Redis, in the database.
if not os.environ.get("CLOPOS_REDIS_URL"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "load_cache"}}
