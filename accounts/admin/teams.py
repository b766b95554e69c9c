"""Care teams, and who works in them from when to when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import add_to_team, change_membership, create_team, rename_team
from accounts.admin.base import OrganisationAdmin, administrator, without_links
from accounts.administration import demand_sound
from accounts.models import CareTeam, Membership, User
from accounts.site import is_administrator
from medportal.common.errors import DomainError
from medportal.common.signs import comma


class MembershipForm(forms.ModelForm[Membership]):
    class Meta:
        model = Membership
        fields = ("user", "starts_at", "ends_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # in a table, no label stands beside it
            widget: Any = getattr(
                field.widget, "widget", field.widget
            )  # inside a wrapper for links
            widget.attrs.setdefault("aria-label", field.label)
        if not self.instance._state.adding:
            self.fields["user"].disabled = True  # another person is another membership

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the step that fills the instance
        if self.errors or self.instance.team_id is None:
            return
        try:
            demand_sound(self.instance)
        except DomainError as error:
            self.add_error(None, ValidationError(str(error.message), code=error.code))


class MembershipInline(admin.TabularInline[Membership, CareTeam]):
    model = Membership
    form = MembershipForm
    fields = ("user", "starts_at", "ends_at")
    extra = 0
    can_delete = False
    verbose_name = _("membership")
    verbose_name_plural = _("memberships")
    formfield_overrides = OrganisationAdmin.formfield_overrides

    def has_add_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest | None, **kwargs: Any
    ) -> Any:
        assert request is not None
        if db_field.name == "user":
            organisation = administrator(request).organisation_id
            kwargs["queryset"] = User.objects.filter(organisation=organisation)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        return without_links(super().formfield_for_dbfield(db_field, request, **kwargs))


@admin.register(CareTeam)
class CareTeamAdmin(OrganisationAdmin[CareTeam]):
    fields = ("name",)
    list_display = ("name", "members_today")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareTeam]:
        current = Membership.objects.current().select_related("user")
        at_work = Prefetch("memberships", queryset=current, to_attr="at_work")
        return super().get_queryset(request).prefetch_related(at_work)

    @admin.display(description=_("members today"))
    def members_today(self, team: Any) -> str:
        return comma().join(str(membership.user) for membership in team.at_work) or "–"

    def get_inlines(self, _request: HttpRequest, obj: CareTeam | None) -> Any:
        return self.inlines if obj else ()  # first the team, then its people

    def save_model(self, request: HttpRequest, obj: CareTeam, form: Any, change: Any) -> None:
        actor = administrator(request)
        if not change:
            assert actor.organisation is not None
            made = create_team(actor=actor, organisation=actor.organisation, name=obj.name)
            obj.__dict__.update(made.__dict__)
        elif form.changed_data:
            rename_team(actor=actor, team=obj, name=obj.name)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,  # noqa: ARG002  # Django passes it by name
        formset: Any,
        change: Any,  # noqa: ARG002
    ) -> None:
        actor = administrator(request)
        for membership in formset.save(commit=False):
            if membership._state.adding:
                add_to_team(
                    actor=actor,
                    team=membership.team,
                    user=membership.user,
                    starts_at=membership.starts_at,
                    ends_at=membership.ends_at,
                )
            else:
                change_membership(actor=actor, membership=membership)
