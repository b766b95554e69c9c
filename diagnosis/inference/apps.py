from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InferenceConfig(AppConfig):
    name = "diagnosis.inference"
    label = "inference"
    verbose_name = _("Predictions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sheets are judged by the kinds above them: the dictionary is handed down (0134)."""
        from diagnosis.inputs import INPUT_KINDS
        from diagnosis.registry.sheet import answers
        from diagnosis.results import RESULT_KINDS

        answers.use(RESULT_KINDS, INPUT_KINDS)
