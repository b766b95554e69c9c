from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """What the operator watches and keeps: numbers, backups, the status page."""

    name = "medportal.operations"
    label = "operations"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from medportal.database.identifier_key import migrated
        from medportal.operations.identifier_keys import keep_fingerprint

        migrated.connect(keep_fingerprint)
