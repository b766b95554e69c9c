"""Users: roles as boxes to tick, one-time passwords to hand over, and no way to delete anybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.actions import NewPerson, change_user, create_user, reset_password
from accounts.admin.base import OrganisationAdmin, administrator, shown_once
from accounts.administration import check_roles
from accounts.models import Membership, Role, User
from medportal.common.errors import DomainError
from medportal.common.signs import comma


class PersonForm(forms.ModelForm[User]):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A clinician decides, a nurse records; a privacy officer is no administrator."),
    )

    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("as the browser asks")), *settings.LANGUAGES],
        required=False,
    )

    class Meta:
        model = User
        fields = ("username", "display_name", "language", "roles", "is_active")

    def clean_roles(self) -> list[str]:
        try:
            return check_roles(self.cleaned_data["roles"])
        except DomainError as error:
            raise ValidationError(str(error.message), code=error.code) from error


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, _request: Any, _page: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, _request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(User)
class UserAdmin(OrganisationAdmin[User]):
    form = PersonForm
    fields = (
        "username",
        "display_name",
        "roles",
        "language",
        "is_active",
        "care_teams",
        "must_change_password",
        "last_login",
        "date_joined",
    )
    readonly_fields = ("care_teams", "must_change_password", "last_login", "date_joined")
    list_display = ("username", "display_name", "role_names", "is_active", "last_login")
    list_filter = (RoleFilter, "is_active")
    search_fields = ("username", "display_name")
    actions = ("give_one_time_password",)
    change_form_template = "admin/accounts/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        reset = self.admin_site.admin_view(self.reset_password)
        return [
            path("<uuid:user>/password/", reset, name="accounts_user_reset_password"),
            *super().get_urls(),
        ]

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return comma().join(str(Role(role).label) for role in user.roles)

    @admin.display(description=_("care teams today"))
    def care_teams(self, user: User) -> str:
        current = Membership.objects.current().filter(user=user).select_related("team")
        return comma().join(membership.team.name for membership in current) or "–"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        actor = administrator(request)
        if change:
            change_user(actor=actor, user=obj, changed=form.changed_data)
            if obj == actor:
                update_session_auth_hash(request, obj)  # the click itself goes on
            return
        assert actor.organisation is not None
        person = NewPerson(
            username=obj.username,
            organisation=actor.organisation,
            display_name=obj.display_name,
            roles=tuple(obj.roles),
            language=obj.language,
        )
        made, password = create_user(actor=actor, person=person)
        obj.__dict__.update(made.__dict__)
        request.one_time_password = password  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: User, _continue: Any = None) -> HttpResponse:
        password: str = request.one_time_password  # type: ignore[attr-defined]
        return shown_once(request, self, obj, password=password)

    def reset_password(self, request: HttpRequest, user: UUID) -> HttpResponse:
        """Asks first; then shows the one-time password, this once."""
        person = self.get_object(request, unquote(str(user)))
        if person is None:
            raise Http404
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            password = reset_password(actor=administrator(request), user=person)
            return shown_once(request, self, person, password=password)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "person": person}
        return TemplateResponse(request, "admin/accounts/user/reset_password.html", context)

    @admin.action(description=_("Give a one-time password"))
    def give_one_time_password(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) > 1:
            self.message_user(request, _("One person at a time."), messages.WARNING)
            return None
        return redirect("admin:accounts_user_reset_password", user=chosen[0].pk)
