"""What every admin page shares: one organisation, no deletion, no rights but the role's."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import once
from accounts.models import User
from accounts.site import is_administrator

M = TypeVar("M", bound=models.Model)


def administrator(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


class LabelledMoment(AdminSplitDateTime):
    """Day and time, each with a name of its own: the stock pair has none for a screen reader."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, name in zip(self.widgets, (_("Date:"), _("Time:")), strict=True):
            widget.attrs["aria-label"] = name


class OrganisationAdmin(admin.ModelAdmin[M], Generic[M]):
    """Rows of the administrator's own organisation; nothing is ever deleted, only ended."""

    organisation_path = "organisation"
    """How a row leads to its organisation."""

    list_per_page = 50
    formfield_overrides: ClassVar[Any] = {models.DateTimeField: {"widget": LabelledMoment}}
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        own = {self.organisation_path: administrator(request).organisation_id}
        return super().get_queryset(request).filter(**own)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:  # noqa: ARG002  # Django looks at the names
        """Only what a filter of the list asks itself.

        A look-up that an address makes up could spell out, letter by letter, what no page shows.
        """
        return lookup in self._asked_by_filters()

    def _asked_by_filters(self) -> set[str]:
        asked = set()
        for found in self.list_filter:
            if isinstance(found, str):
                asked |= {f"{found}__exact", f"{found}__isnull"}
            elif isinstance(found, type) and issubclass(found, admin.SimpleListFilter):
                asked.add(str(found.parameter_name))
        return asked

    def to_field_allowed(self, _request: HttpRequest, to_field: str) -> bool:
        return to_field in {"id", "pk"}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(OrganisationAdmin[M], Generic[M]):
    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


def shown_once(
    request: HttpRequest, page: admin.ModelAdmin[Any], user: User, **secret: str
) -> HttpResponse:
    """The page with a password or token that exists in clear only in this answer."""
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "person": user,
        **secret,
    }
    answer = TemplateResponse(request, "admin/accounts/shown_once.html", context)
    opts = page.opts
    once.shown_once(answer, reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
    return answer


def without_links(field: Any) -> Any:
    """A select without the buttons to add, change or look at what it lists."""
    for link in ("can_add_related", "can_change_related", "can_view_related"):
        if hasattr(field.widget, link):
            setattr(field.widget, link, False)
    return field
