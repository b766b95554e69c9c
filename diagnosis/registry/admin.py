"""Services and model versions, to look at; an administrator may stop a version, and no more.

What a service asks, its rules and its bands stand on the service's own page.
"""

from __future__ import annotations

import dataclasses
from itertools import chain
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.base import OrganisationAdmin, ReadOnlyAdmin, administrator, without_links
from diagnosis.registry import actions
from diagnosis.registry.habits import Habits, set_habits
from diagnosis.registry.models import (
    ModelVersion,
    Quota,
    Service,
    SheetVersion,
    WardCase,
    sheets_until,
)
from diagnosis.registry.quota_actions import set_quota
from diagnosis.registry.sheet.differences import differences
from medportal.common.errors import DomainError

HABITS = tuple(field.name for field in dataclasses.fields(Habits))

SHOWN = (
    "slug",
    "called",
    "asks",
    "validity_days",
    "offered_on_chart",
    "in_worklist",
    "patient_sheet",
    "hidden_from_nurses",
    "created_at",
)


class HabitsForm(forms.ModelForm[Service]):
    class Meta:
        model = Service
        fields = HABITS

    def clean_ward_before_first_run(self) -> bool:
        wanted: bool = self.cleaned_data["ward_before_first_run"]
        if wanted and not WardCase.objects.of(self.instance).exists():
            raise forms.ValidationError(_("This service has no training ward."))
        return wanted


@admin.register(Service)
class ServiceAdmin(OrganisationAdmin[Service]):
    """What the sheet says, to look at; how doctors are asked, to switch."""

    fields = (*SHOWN, *HABITS)
    readonly_fields = SHOWN
    form = HabitsForm
    list_display = ("slug", "called", "published", "offered_on_chart", "in_worklist")
    search_fields = ("slug",)

    @admin.display(description=_("name"))
    def called(self, service: Service) -> str:
        return service.name

    @admin.display(description=pgettext_lazy("of a service", "question"))
    def asks(self, service: Service) -> str:
        return service.question

    @admin.display(description=_("published version"))
    def published(self, service: Service) -> str:
        version = service.versions.published().first()
        return str(version.number) if version else "–"

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Service, _form: Any, _change: Any) -> None:
        wanted = Habits(**{name: getattr(obj, name) for name in HABITS})
        set_habits(actor=administrator(request), service=obj, habits=wanted)


@admin.register(SheetVersion)
class SheetVersionAdmin(ReadOnlyAdmin[SheetVersion]):
    """What a service said of itself, edition by edition, and what each says otherwise."""

    organisation_path = "service__organisation"
    fields = ("service", "number", "digest", "created_by", "created_at", "otherwise")
    readonly_fields = fields
    list_display = ("service", "number", "created_at", "created_by", "is_current")
    list_select_related = ("service", "created_by")

    @admin.display(description=_("in use"), boolean=True)
    def is_current(self, sheet: SheetVersion) -> bool:
        return sheet.service.sheet_id == sheet.pk

    @admin.display(description=_("otherwise than the one before"))
    def otherwise(self, sheet: SheetVersion) -> str:
        *before, now = sheets_until(sheet)
        if not before:
            return str(_("This is the first."))
        found = chain(
            differences(before[-1].content, now.content, "/sheet"),
            differences(before[-1].schema, now.schema, "/inputs"),
        )
        rows = ((one.place, _told(one.before), _told(one.now)) for one in found)
        return format_html(
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            format_html_join("", '<th scope="col">{}</th>', ((name,) for name in COLUMNS)),
            format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', rows),
        )


COLUMNS = (_("Place"), _("Before"), _("Now"))


def _told(value: str | None) -> str:
    return "–" if value is None else value


class StopForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin[ModelVersion]):
    organisation_path = "service__organisation"
    fields = (
        "service",
        "number",
        "state",
        "digest",
        "created_by",
        "created_at",
        "submitted_by",
        "approved_by",
        "published_by",
        "published_at",
    )
    readonly_fields = fields
    list_display = ("service", "number", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("service",)
    actions = ("stop",)

    @admin.action(description=_("Stop the chosen version, with a reason"))
    def stop(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> HttpResponse | None:
        """Asks for the reason first; then clinicians cannot run it any more, from now on."""
        chosen = queryset.filter(state=ModelVersion.State.PUBLISHED)
        form = StopForm(request.POST if "confirmed" in request.POST else None)
        if not chosen:
            self.message_user(request, _("None of them is published."))
            return None
        if form.is_valid():
            self._stop(request, chosen, form.cleaned_data["reason"])
            return None
        context = self.admin_site.each_context(request)
        context |= {
            "opts": self.opts,
            "chosen": chosen,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
            "title": _("Stop a version"),
        }
        return TemplateResponse(request, "admin/registry/stop.html", context)

    def _stop(self, request: HttpRequest, chosen: QuerySet[ModelVersion], reason: str) -> None:
        for version in list(chosen):
            try:
                actions.stop_version(actor=administrator(request), version=version, reason=reason)
            except DomainError as error:
                self.message_user(request, f"{version}: {error.message}", "error")
            else:
                self.message_user(request, _("%s is stopped.") % version)


class QuotaForm(forms.ModelForm[Quota]):
    class Meta:
        model = Quota
        fields = ("service", "period", "warn_at", "limit")


@admin.register(Quota)
class QuotaAdmin(OrganisationAdmin[Quota]):
    """How many runs the organisation may ask for; emptied to lift it, never deleted."""

    form = QuotaForm
    fields = ("service", "period", "warn_at", "limit")
    list_display = ("__str__", "warn_at", "limit", "changed_at")
    list_select_related = ("service",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: Any = None, **kwargs: Any
    ) -> Any:
        """A form that knows its organisation, so that the database's rules are told in place."""
        organisation = administrator(request).organisation

        class Own(super().get_form(request, obj, change, **kwargs)):  # type: ignore[misc]
            def __init__(self, *args: Any, **fields: Any) -> None:
                super().__init__(*args, **fields)
                self.instance.organisation = organisation

        return Own

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        assert request is not None
        kwargs["queryset"] = Service.objects.visible_to(administrator(request))
        return without_links(super().formfield_for_foreignkey(db_field, request, **kwargs))

    def save_model(self, request: HttpRequest, obj: Quota, _form: Any, _change: Any) -> None:
        set_quota(actor=administrator(request), quota=obj)
