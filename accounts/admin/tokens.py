"""API tokens: who has one, until when; issue one for another system, revoke any."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import issue_token, revoke_token
from accounts.admin.base import OrganisationAdmin, administrator, shown_once, without_links
from accounts.models import ApiToken, Role, Scope, User


class ApiTokenForm(forms.ModelForm[ApiToken]):
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name", "scopes", "expires_at")


@admin.register(ApiToken)
class ApiTokenAdmin(OrganisationAdmin[ApiToken]):
    organisation_path = "user__organisation"
    form = ApiTokenForm
    fields = ("user", "name", "scopes", "expires_at")
    list_display = (
        "user",
        "name",
        "may_do",
        "issued_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "user__display_name")
    readonly_fields = ("may_do",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The list's action needs it; a token itself is never changed."""
        return obj is None and super().has_change_permission(request)

    def get_fields(self, _request: HttpRequest, obj: ApiToken | None = None) -> Any:
        return ("user", "name", "may_do", "expires_at") if obj else self.fields

    @admin.display(description=_("scopes"))
    def may_do(self, token: ApiToken) -> str:
        return " · ".join(str(Scope(scope).label) for scope in token.scopes)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        assert request is not None
        organisation = administrator(request).organisation_id
        kwargs["queryset"] = User.objects.filter(
            organisation=organisation, is_active=True, roles=[Role.SERVICE_CLIENT]
        )
        kwargs["help_text"] = _("A program. People issue their own tokens, on their account page.")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        return without_links(super().formfield_for_dbfield(db_field, request, **kwargs))

    def save_model(self, request: HttpRequest, obj: ApiToken, _form: Any, _change: Any) -> None:
        issued = issue_token(
            actor=administrator(request),
            user=obj.user,
            name=obj.name,
            expires_at=obj.expires_at,
            scopes=obj.scopes,
        )
        obj.__dict__.update(issued.token.__dict__)
        request.issued_token = issued.secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiToken, _continue: Any = None
    ) -> HttpResponse:
        secret: str = request.issued_token  # type: ignore[attr-defined]
        return shown_once(request, self, obj.user, token=secret)

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.filter(revoked_at=None))
        for token in tokens:
            revoke_token(actor=administrator(request), token=token)
        text = ngettext("%d token revoked.", "%d tokens revoked.", len(tokens))
        self.message_user(request, text % len(tokens))
