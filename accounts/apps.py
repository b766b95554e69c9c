from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = _("People and access")
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        from accounts.api_tokens import openapi  # noqa: F401  # the OpenAPI document's scheme
        from accounts.login import logins

        logins.connect()


class PortalAdminConfig(AdminConfig):
    """The stock admin, on a site that only administrators enter and that shows no chart."""

    default = False
    default_site = "accounts.site.PortalAdminSite"
