"""Configuration of the portal. Importing it makes the Celery application known to every task."""

from medportal.celery import app as celery_app

__all__ = ["celery_app"]
