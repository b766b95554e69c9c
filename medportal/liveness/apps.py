from django.apps import AppConfig


class LivenessConfig(AppConfig):
    """Which workers were seen when, and which periodic jobs ran for which period."""

    name = "medportal.liveness"
    label = "liveness"
