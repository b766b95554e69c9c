from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "diagnosis.registry"
    label = "registry"
    verbose_name = _("Services and models")
    default_auto_field = "django.db.models.BigAutoField"
