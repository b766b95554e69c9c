"""Configuration of the portal. Importing it makes the Celery application known to every task."""

from medportal.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["__version__", "celery_app"]
