"""Settings of the site that the browser walks: the example site's, as in production, with names of its own."""

from __future__ import annotations

import os

from example_project import settings as example
from example_project.settings import *  # noqa: F403

SITE_NAME = os.environ["SITE_NAME"]

#: Whoever forbids scripts and styles inside of pages, as Django's own tests of the admin do, can use it all.
MIDDLEWARE = [*example.MIDDLEWARE, "django.contrib.admin.tests.CSPMiddleware"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CLOPOS = {"QUEUE": SITE_NAME}
if example.CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **getattr(example, "CELERY_BROKER_TRANSPORT_OPTIONS", {}),
        "global_keyprefix": f"{SITE_NAME}:",
    }
