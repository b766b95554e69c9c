from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """Two roles in one database; and what every process sets up once."""

    name = "medportal.database"
    label = "database"

    def ready(self) -> None:
        from medportal.common.logs import configure_structlog

        configure_structlog()
