from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InferenceConfig(AppConfig):
    name = "diagnosis.inference"
    label = "inference"
    verbose_name = _("Predictions")
    default_auto_field = "django.db.models.BigAutoField"
