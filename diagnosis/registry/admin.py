"""Services and model versions, to look at; an administrator may stop a version, and no more.

What a service asks, its rules and its bands stand on the service's own page.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin, administrator
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service
from medportal.common.errors import DomainError


@admin.register(Service)
class ServiceAdmin(ReadOnlyAdmin[Service]):
    fields = (
        "slug",
        "name",
        "question",
        "validity_days",
        "offered_on_chart",
        "in_worklist",
        "patient_sheet",
        "hidden_from_nurses",
        "ask_own_estimate",
        "created_at",
    )
    readonly_fields = fields
    list_display = ("slug", "name", "published", "offered_on_chart", "in_worklist")
    search_fields = ("slug",)

    @admin.display(description=_("published version"))
    def published(self, service: Service) -> str:
        version = service.versions.published().first()
        return str(version.number) if version else "–"


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
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
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
