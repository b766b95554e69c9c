"""The administrator's own organisation: its name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.actions import rename_organisation
from accounts.admin.base import OrganisationAdmin, administrator
from accounts.models import Organisation


@admin.register(Organisation)
class OwnOrganisationAdmin(OrganisationAdmin[Organisation]):
    organisation_path = "pk"
    fields = ("name", "is_demonstration", "created_at")
    readonly_fields = ("is_demonstration", "created_at")
    list_display = ("name", "is_demonstration", "created_at")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Organisation, _form: Any, _change: Any) -> None:
        rename_organisation(actor=administrator(request), organisation=obj, name=obj.name)
