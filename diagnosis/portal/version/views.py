"""One model version: its card, its life, and the steps that each role may take."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.once import once
from accounts.permissions import requires
from accounts.rights import offered
from diagnosis.portal.frame.access import PersonRequest, take_and_show
from diagnosis.portal.version.forms import (
    ContradictionForm,
    FindingForm,
    PublishForm,
    ReasonForm,
    ReviewForm,
)
from diagnosis.portal.version.model_looks import looks
from diagnosis.portal.version.model_structure import structure
from diagnosis.portal.version.surprises import surprises
from diagnosis.portal.version.version_card import Card, card, unit_of
from diagnosis.portal.version.version_compare import against_published
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, met_by
from diagnosis.registry.versions import findings

State = ModelVersion.State
OPEN = (State.DRAFT, State.SUBMITTED, State.APPROVED)
SIGNED = gettext_lazy("question, population, contradictions, added value and alerts checked")


def _version(user: User, pk: UUID) -> ModelVersion:
    rows = ModelVersion.objects.visible_to(user).select_related(
        "service", "created_by", "submitted_by", "approved_by", "published_by"
    )
    found = rows.filter(met_by(user, "service__"), pk=pk).first()
    if found is None:
        raise Http404
    return found


def _explanation_forms(shown: Card, bound: ContradictionForm | None) -> list[dict[str, Any]]:
    forms = []
    for row in shown.contradictions:
        form = ContradictionForm(
            initial={"feature": row.bar.feature, "en": row.note_en, "zh": row.note_zh},
            auto_id=f"id_{row.bar.feature}_%s",
        )
        if bound is not None and bound.data.get("feature") == row.bar.feature:
            form = bound
        forms.append({"row": row, "form": form})
    return forms


def _finding_forms(version: ModelVersion, bound: FindingForm | None) -> list[dict[str, Any]]:
    forms = []
    for number, finding in enumerate(findings.of(version), start=1):
        form = FindingForm(initial={"finding": finding.key}, auto_id=f"id_finding_{number}_%s")
        if bound is not None and bound.data.get("finding") == finding.key:
            form = bound
        forms.append({"finding": finding, "form": form})
    return forms


def _may(user: User, version: ModelVersion) -> dict[str, bool]:
    """Which steps stand open for this person; the actions ask again."""
    own = user.pk in (version.submitted_by_id, version.created_by_id)
    state, approves = version.state, offered(user, "version.approve")
    submitted = state == State.SUBMITTED
    return {
        "submit": offered(user, "version.submit") and state == State.DRAFT,
        "approve": approves and submitted and not own,
        "needs_other_eyes": approves and submitted and own,
        "reject": offered(user, "version.reject") and submitted,
        "answer": offered(user, "version.answer") and submitted and not own,
        "publish": offered(user, "version.publish") and state == State.APPROVED,
        "stop": offered(user, "version.stop") and state == State.PUBLISHED,
        "resume": offered(user, "version.resume") and state == State.STOPPED,
        "explain": offered(user, "version.explain") and state in OPEN,
    }


def _page(request: PersonRequest, version: ModelVersion, **sent: Any) -> HttpResponse:
    """The page; ``sent``: the form that was not filled in well, by its name."""
    user, shown = request.user, card(version)
    context = {
        "version": version,
        "service": version.service,
        "sheet": version.definition,
        "manifest": version.manifest,
        "card": shown,
        "may": _may(user, version),
        "events": version.events.select_related("by").order_by("at"),
        "compared": against_published(version),
        "looks": looks(version.manifest, unit_of(version)),
        "structure": structure(version),
        "surprises": surprises(version) if offered(user, "version.explain") else [],
        "review": sent.get("review") or ReviewForm(asked_in=request),
        "reason": sent.get("reason") or ReasonForm(),
        "publish": sent.get("publish") or PublishForm(auto_id="publish-%s"),
        "explanations": _explanation_forms(shown, sent.get("explanation")),
        "findings": _finding_forms(version, sent.get("answer"))
        if findings.are_told(version)
        else None,
        "faulty": next(iter(sent.values()), None),
    }
    return render(request, "portal/version/version.html", context, status=400 if sent else 200)


@require_GET
@requires("service.read")
def version(request: PersonRequest, version: UUID) -> HttpResponse:
    return _page(request, _version(request.user, version))


_take = partial(take_and_show, "portal:version")


@require_POST
@requires("version.submit")
@once
def submit(request: PersonRequest, version: UUID) -> HttpResponse:
    found, actor = _version(request.user, version), request.user
    return _take(
        request,
        found,
        lambda: actions.submit_version(actor=actor, version=found),
        _("Submitted. A reviewer other than you decides."),
    )


@require_POST
@requires("version.explain")
@once
def explain(request: PersonRequest, version: UUID) -> HttpResponse:
    found, actor = _version(request.user, version), request.user
    feature = request.POST.get("feature", "")
    form = ContradictionForm(request.POST, auto_id=f"id_{feature}_%s")
    if not form.is_valid():
        return _page(request, found, explanation=form)
    note = {"en": form.cleaned_data["en"], "zh-Hans": form.cleaned_data["zh"]}
    done = _("Explanation recorded.")
    if found.state == State.APPROVED:
        done = _("Explanation recorded. It changes what was signed: a reviewer signs again.")
    return _take(
        request,
        found,
        lambda: actions.explain_contradiction(
            actor=actor, version=found, feature=form.cleaned_data["feature"], note=note
        ),
        done,
    )


@require_POST
@requires("version.answer")
@once
def answer(request: PersonRequest, version: UUID) -> HttpResponse:
    found, actor = _version(request.user, version), request.user
    form = FindingForm(request.POST, auto_id="id_finding_%s")
    if not form.is_valid():
        return _page(request, found, answer=form)
    said = form.cleaned_data
    return _take(
        request,
        found,
        lambda: actions.answer_finding(
            actor=actor, version=found, finding=said["finding"], words=said["words"]
        ),
        _("Answer recorded."),
    )


@require_POST
@requires("version.approve")
@once
def approve(request: PersonRequest, version: UUID) -> HttpResponse:
    found, actor = _version(request.user, version), request.user
    form = ReviewForm(request.POST, asked_in=request)
    if not form.is_valid():
        return _page(request, found, review=form)
    note = ". ".join(filter(None, (str(SIGNED).capitalize(), form.cleaned_data["note"])))
    return _take(
        request,
        found,
        lambda: actions.approve_version(actor=actor, version=found, note=note),
        _("Approved and signed. It can be published now."),
    )


def _with_reason(
    request: PersonRequest, found: ModelVersion, action: Callable[..., object], done: str
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, reason=form)
    reason = form.cleaned_data["reason"]
    return _take(
        request, found, lambda: action(actor=request.user, version=found, reason=reason), done
    )


@require_POST
@requires("version.reject")
@once
def reject(request: PersonRequest, version: UUID) -> HttpResponse:
    found = _version(request.user, version)
    return _with_reason(request, found, actions.reject_version, _("Rejected, with your reason."))


@require_POST
@requires("version.resume")
@once
def resume(request: PersonRequest, version: UUID) -> HttpResponse:
    found = _version(request.user, version)
    return _with_reason(request, found, actions.resume_version, _("The service runs again."))


@require_POST
@requires("version.publish")
@once
def publish(request: PersonRequest, version: UUID) -> HttpResponse:
    found, actor = _version(request.user, version), request.user
    form = PublishForm(request.POST, auto_id="publish-%s")
    if not form.is_valid():
        return _page(request, found, publish=form)
    reason = form.cleaned_data["reason"]
    return _take(
        request,
        found,
        lambda: actions.publish_version(actor=actor, version=found, reason=reason),
        _("Published. Clinicians can run it now."),
    )
