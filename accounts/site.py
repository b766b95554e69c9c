"""The stock admin, entered by administrators alone, showing people and services and no chart."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.contrib.admin.templatetags import admin_list
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.i18n import JavaScriptCatalog

from accounts.models import User
from accounts.once import once
from accounts.rights import may

APPS_SHOWN = ("accounts", "registry")
NOT_OURS = ("password_change", "password_change_done", "view_on_site", "autocomplete")
"""Second ways to what the portal does itself, or that nothing here uses."""


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001  # the stock function's argument
    """The stock mark, which says «True» and «False» to a screen reader in every language."""
    name = {True: "yes", False: "no", None: "unknown"}[value]
    words = {True: _("Yes"), False: _("No"), None: _("Unknown")}[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), words)


admin_list._boolean_icon = _yes_or_no  # type: ignore[attr-defined]  # the library has no hook


class Catalogue(JavaScriptCatalog):
    """The stock one for the administration's scripts; its Chinese calendar says S M T W."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, list[str] | str]:
        days = {
            "Sunday": pgettext("one letter Sunday", "S"),
            "Monday": pgettext("one letter Monday", "M"),
            "Tuesday": pgettext("one letter Tuesday", "T"),
            "Wednesday": pgettext("one letter Wednesday", "W"),
            "Thursday": pgettext("one letter Thursday", "T"),
            "Friday": pgettext("one letter Friday", "F"),
            "Saturday": pgettext("one letter Saturday", "S"),
        }
        ours = {f"one letter {day}\x04{day[0]}": letter for day, letter in days.items()}
        return super().get_catalog() | ours


class PortalAdminSite(AdminSite):
    """Rank opens nothing here: neither ``is_superuser`` nor ``is_staff`` without the role."""

    site_header = _("MedPortal administration")
    site_title = _("MedPortal administration")
    index_title = _("Your organisation")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's
        """A double click stores once here, too."""
        return super().admin_view(once(view), cacheable)

    def register(self, model_or_iterable: Any, *args: Any, **kwargs: Any) -> None:
        """Libraries bring pages of their own, of user names and addresses: those stay out."""
        models = model_or_iterable
        for model in models if isinstance(models, (list, tuple)) else [models]:
            if model._meta.app_label in APPS_SHOWN:
                super().register(model, *args, **kwargs)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in NOT_OURS]

    def i18n_javascript(self, request: HttpRequest, _context: Any = None) -> HttpResponse:
        return cast(HttpResponse, Catalogue.as_view()(request))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The portal's own login, with its lockout and, later, its second factor."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(_("Only administrators of an organisation come in here."))
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(  # type: ignore[override]  # the stock one renders a page
        self, _request: HttpRequest, _context: Any = None
    ) -> HttpResponse:
        """The portal's own, which asks the browser to forget what it saw."""
        return redirect("account_logout")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "site_url": reverse("accounts:account")}


def is_administrator(request: HttpRequest) -> bool:
    user = request.user
    return (
        isinstance(user, User)
        and user.is_staff
        and user.organisation_id is not None
        and may(user, "administration.enter")
    )
