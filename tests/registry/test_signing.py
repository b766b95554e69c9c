"""What the reviewer signed is what is published, or it is signed again."""

from __future__ import annotations

import copy

import pytest

from accounts.models import AuditEvent
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions, signing
from medportal.common.errors import DomainError
from tests.factories import OrganisationFactory, data_scientist_at, reviewer_at, with_sheet
from tests.runnable import approved, define, running

pytestmark = pytest.mark.django_db
State = ModelVersion.State
NOTE = {"en": "Quite another text.", "zh-Hans": "完全不同的说明。"}


@pytest.fixture
def signed():
    return approved(define(OrganisationFactory()))


@pytest.fixture
def author(signed):
    return signed.created_by


@pytest.fixture
def reviewer(signed):
    return reviewer_at(signed.service.organisation)


def explain(author, version):
    feature = contradictions.found(version)[0]
    return actions.explain_contradiction(actor=author, version=version, feature=feature, note=NOTE)


def again(version):
    return ModelVersion.objects.select_related("service").get(pk=version.pk)


def changed(service, **changes):
    """The service's sheet, defined anew."""
    sheet = copy.deepcopy(service.sheet.content) | changes
    return actions.define_service(
        actor=data_scientist_at(service.organisation), sheet=sheet, schema=service.sheet.schema
    )


def test_the_author_who_rewrites_a_text_after_the_signature_sends_it_back(signed, author, reviewer):
    explain(author, signed)

    found = again(signed)
    assert (found.state, found.approved_by, found.signed_digest) == (State.SUBMITTED, None, "")
    with pytest.raises(DomainError):
        actions.publish_version(actor=reviewer, version=found, reason="as reviewed")
    last = found.events.order_by("at").last()
    assert (last.from_state, last.to_state) == (State.APPROVED, State.SUBMITTED)
    assert AuditEvent.objects.filter(act="version.return", actor_id=author.pk).count() == 1


def test_signed_again_it_is_published(signed, author, reviewer):
    explain(author, signed)

    actions.approve_version(actor=reviewer, version=again(signed))
    published = actions.publish_version(actor=reviewer, version=again(signed), reason="as reviewed")

    assert published.state == State.PUBLISHED
    assert contradictions.notes(again(signed))[contradictions.found(signed)[0]] == NOTE


def test_the_same_text_again_changes_nothing_that_was_signed(signed, author):
    feature, note = next(
        (feature, note) for feature, note in contradictions.notes(signed).items() if note
    )
    actions.explain_contradiction(actor=author, version=signed, feature=feature, note=note)

    assert again(signed).state == State.APPROVED


CHANGES = {
    "a band": lambda sheet: sheet["bands"][0].update(text={"en": "Fine.", "zh-Hans": "正常。"}),
    "a limit of a band": lambda sheet: (
        sheet["bands"][0].update(upper=0.08),
        sheet["bands"][1].update(lower=0.08),
    ),
    "the question": lambda sheet: sheet.update(question={"en": "Well?", "zh-Hans": "如何？"}),
    "the time after which a result is old": lambda sheet: sheet.update(validity_days=7),
    "an action": lambda sheet: sheet["actions"][0].update(label={"en": "x", "zh-Hans": "甲"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_sheet_under_the_signature_sends_it_back(signed, what):
    sheet = copy.deepcopy(signed.service.sheet.content)
    CHANGES[what](sheet)

    changed(signed.service, **sheet)

    assert again(signed).state == State.SUBMITTED


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (ModelVersion, "digest", "0" * 64),
        (ModelVersion, "contradiction_notes", {"age": NOTE}),
        (ModelVersion, "manifest", {"format": 1, "metrics": {}}),
        (Service, "sheet", {"slug": "x"}),
    ],
)
def test_whatever_way_it_changed_publishing_compares_and_gives_it_back(
    signed, reviewer, model, field, value
):
    """Even a row that was changed past every action."""
    kept = {"contradiction_notes": dict.fromkeys(contradictions.notes(signed), NOTE)}
    if model is Service:
        with_sheet(signed.service, **value)
    else:
        ModelVersion.objects.filter(pk=signed.pk).update(**{field: kept.get(field, value)})

    with pytest.raises(DomainError) as refused:
        actions.publish_version(actor=reviewer, version=again(signed), reason="as reviewed")

    assert refused.value.code == "changed_after_signature"
    assert again(signed).state == State.SUBMITTED


def test_what_was_approved_before_signatures_were_kept_is_signed_once_more(signed, reviewer):
    ModelVersion.objects.filter(pk=signed.pk).update(signed_digest="")

    with pytest.raises(DomainError):
        actions.publish_version(actor=reviewer, version=again(signed), reason="as reviewed")

    assert again(signed).state == State.SUBMITTED


def test_nobody_changes_the_sheet_under_a_version_that_doctors_run():
    version = running(OrganisationFactory())
    sheet = copy.deepcopy(version.service.sheet.content)

    assert changed(version.service) == version.service  # the same again is no change
    CHANGES["a band"](sheet)
    with pytest.raises(DomainError) as refused:
        changed(version.service, **sheet)

    assert refused.value.code == "sheet_in_use"
    assert Service.objects.get(pk=version.service.pk).sheet == version.service.sheet


def test_a_version_that_changed_while_it_was_stopped_does_not_resume():
    version = running(OrganisationFactory())
    reviewer = reviewer_at(version.service.organisation)
    actions.stop_version(actor=reviewer, version=version, reason="a wrong unit")
    with_sheet(version.service, validity_days=1)

    with pytest.raises(DomainError) as refused:
        actions.resume_version(actor=reviewer, version=again(version), reason="mended")

    assert refused.value.code == "changed_after_signature"


def test_the_signature_covers_everything_that_a_reviewer_reads(signed):
    assert set(vars(signing.content(signed))) >= {
        "artifact", "card", "sheet", "inputs", "contradictions", "findings",
    }  # fmt: skip
    assert len(signed.signed_digest) == 64
