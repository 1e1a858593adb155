"""Settings of the sites under load: the example site's, with names of their own in the services."""

from __future__ import annotations

import json
import os

from example_project.settings import *  # noqa: F403
from example_project.settings import CELERY_BROKER_TRANSPORT_OPTIONS, CELERY_BROKER_URL

LOAD_NAME = os.environ["LOAD_NAME"]

CLOPOS = {"QUEUE": LOAD_NAME, "CADENCE": json.loads(os.environ.get("LOAD_CADENCE", "{}"))}
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {"global_keyprefix": f"{LOAD_NAME}:"}
