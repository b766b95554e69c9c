"""The decision beside the estimate: nothing chosen beforehand, a reason where it departs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.actions import DecisionInput
from diagnosis.inference.models import Decision, Prediction
from medportal.common.errors import DomainError
from medportal.common.text import localized

SEPARATOR = "/"


class DecisionForm(forms.Form):
    """What the action will ask again: the form only says it beside the field."""

    assessment = forms.ChoiceField(
        label=_("The estimate is, in my judgement"),
        choices=Decision.Assessment.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what you think of the estimate.")},
    )
    action = forms.ChoiceField(
        label=_("What I do"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an action of the list.")},
    )
    action_text = forms.CharField(label=_("Which action"), max_length=200, required=False)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose…")), *Decision.Reason.choices],
        required=False,
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    amends = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, prediction: Prediction, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "decision_%s")
        super().__init__(*args, **kwargs)
        self.prediction = prediction
        if prediction.state == Prediction.State.REFUSED:
            del self.fields["assessment"]  # there is no estimate to judge
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            (action.code, localized(action.label)) for action in prediction.definition.actions
        ]

    @property
    def free_actions(self) -> set[str]:
        actions = self.prediction.definition.actions
        return {action.code for action in actions if action.free}

    @property
    def decision(self) -> DecisionInput:
        given = self.cleaned_data
        return DecisionInput(
            assessment=given.get("assessment", ""),
            action=given["action"],
            action_text=given["action_text"],
            reason=given["reason"],
            comment=given["comment"],
            amends=given["amends"] or "" if "amends" in self.data else None,
        )

    def take_errors(self, error: DomainError) -> None:
        """What the action refused, each at its field."""
        for pointer in error.pointers:
            name = pointer.pointer.strip(SEPARATOR)
            shown = name in self.fields and not self.fields[name].widget.is_hidden
            self.add_error(name if shown else None, str(pointer.message))
        if not error.pointers:
            self.add_error(None, str(error.message))
