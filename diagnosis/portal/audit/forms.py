"""What the privacy officer may ask the audit trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import acts
from accounts.models import AuditEvent, User
from diagnosis.portal.audit.trail import Question
from diagnosis.records.dates import take_dates

AIMS = (
    ("", _("everything")),
    ("opened", _("who opened a chart")),
    ("unrelated", _("opened without a care relation today")),
    ("left", _("what left the house")),
    ("granted", _("who was given access, and by whom")),
)
LAST_PAGE = 2000


class DayField(forms.Field):
    """A day as it is typed everywhere in the portal; what can mean two days is asked back."""

    def __init__(self, label: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"})
        hint = _("Such as 14-Mar-2026.")
        super().__init__(label=label, required=False, widget=widget, help_text=hint)

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        days, rest = take_dates(text) if text else ([], "")
        if text and (len(days) != 1 or rest.strip()):
            message = _("Write the date as 14-Mar-1961, 1961-03-14 or 1961年3月14日.")
            raise ValidationError(message, code="date_not_understood")
        return days[0] if days else None


class TrailForm(forms.Form):
    """Sent by POST alone: whom somebody asks about stands in no address and no log."""

    query = forms.CharField(
        label=_("Patient"),
        max_length=120,
        required=False,
        help_text=_("Part of a name, the whole number, a birth date."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("everybody")
    )
    aim = forms.ChoiceField(
        label=pgettext_lazy("to the audit trail", "Question"), choices=AIMS, required=False
    )
    act = forms.ChoiceField(label=_("Act"), required=False)
    outcome = forms.ChoiceField(
        label=pgettext_lazy("of an act", "Outcome"),
        choices=[("", _("any")), *AuditEvent.Outcome.choices],
        required=False,
    )
    since = DayField(label=_("From day"))
    until = DayField(label=_("To day"))
    page = forms.IntegerField(
        min_value=1, max_value=LAST_PAGE, required=False, widget=forms.HiddenInput
    )

    form = forms.ChoiceField(choices=[("", ""), ("csv", "csv")], required=False)

    def __init__(self, *args: Any, officer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = User.objects.filter(organisation=officer.organisation_id)
        known: Any = self.fields["act"]
        known.choices = [("", _("any")), *sorted(acts.LABELS.items(), key=lambda a: str(a[1]))]

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            raise ValidationError(_("The last day is before the first."), code="days")

    @property
    def question(self) -> Question:
        asked = self.cleaned_data
        return Question(
            patient=asked.get("patient"),
            person=asked["person"].pk if asked.get("person") else None,
            act=asked.get("act", ""),
            outcome=asked.get("outcome", ""),
            since=asked.get("since"),
            until=asked.get("until"),
            aim=asked.get("aim", ""),
        )
