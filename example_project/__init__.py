"""An example site around django_clopos. It uses the package's public doors only; nothing imports it."""

from example_project.celery import app as celery_app

__all__ = ["celery_app"]
