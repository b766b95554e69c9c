"""What was found in the training table is answered in words before anybody signs."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.ml import Artifact
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.registry import actions
from diagnosis.registry.models import FindingAnswer, ModelVersion
from diagnosis.registry.versions import findings, signing
from medportal.common.errors import DomainError
from tests.factories import (
    OrganisationFactory,
    clinician_at,
    data_scientist_at,
    reviewer_at,
)
from tests.runnable import artifact_of, define

State = ModelVersion.State
pytestmark = pytest.mark.django_db
LEAK = TableFinding("too_good", ("st_depression",), {"strength": 0.999})
FEW = TableFinding("few_events", (), {"events": 40, "columns": 11})


def refused(call, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


@pytest.fixture
def service():
    return define(OrganisationFactory())


@pytest.fixture
def reviewer(service):
    return reviewer_at(service.organisation)


def imported(service, folder, found):
    scientist = data_scientist_at(service.organisation)
    artifact = Artifact.load(artifact_of("coronary-disease")).with_manifest(findings=found)
    source = artifact.save(folder / "model")
    return actions.import_version(actor=scientist, service=service, source=source)


@pytest.fixture
def submitted(service, tmp_path):
    version = imported(service, tmp_path, [LEAK.to_dict(), FEW.to_dict()])
    return actions.submit_version(actor=version.created_by, version=version)


def test_nothing_is_signed_or_published_before_each_finding_is_answered(submitted, reviewer):
    error = refused(actions.approve_version, actor=reviewer, version=submitted)
    assert (error.code, error.status) == ("findings_unanswered", 409)
    assert [p.pointer for p in error.pointers] == [
        "/findings/too_good:st_depression", "/findings/few_events",
    ]  # fmt: skip

    sealed = {"state": State.APPROVED, "signed_digest": signing.digest(submitted)}
    ModelVersion.objects.filter(pk=submitted.pk).update(**sealed)
    error = refused(actions.publish_version, actor=reviewer, version=submitted, reason="-")
    assert error.code == "findings_unanswered"
    submitted.refresh_from_db()
    assert submitted.state == State.APPROVED


def test_with_every_answer_it_is_signed_and_published(submitted, reviewer):
    for finding in findings.unanswered(submitted):
        actions.answer_finding(
            actor=reviewer, version=submitted, finding=finding, words="Known before the outcome."
        )
    version = actions.approve_version(actor=reviewer, version=submitted)
    version = actions.publish_version(actor=reviewer, version=version, reason="as reviewed")

    assert version.state == State.PUBLISHED
    assert findings.signed(version) == [
        ("few_events", "Known before the outcome."),
        ("too_good:st_depression", "Known before the outcome."),
    ]


def test_an_answer_is_a_row_of_its_own_with_its_event_and_the_newest_counts(submitted, reviewer):
    for words in ("A leak?", "Measured on the treadmill, before the angiography."):
        actions.answer_finding(
            actor=reviewer, version=submitted, finding="too_good:st_depression", words=words
        )

    first, second = FindingAnswer.objects.order_by("at")
    assert (first.words, first.by) == ("A leak?", reviewer)
    (told, _) = findings.of(submitted)
    assert told.answer == second
    event = AuditEvent.objects.filter(act="version.answer").latest("at")
    assert (event.what, event.detail) == (str(submitted.pk), {"finding": "too_good:st_depression"})


@pytest.mark.parametrize(
    ("finding", "words", "code"),
    [
        ("few_events", "  ", "answer_missing"),
        ("too_good:age", "Fine.", "finding_not_found"),
    ],
)
def test_an_answer_says_something_about_a_finding_that_is_there(
    submitted, reviewer, finding, words, code
):
    error = refused(
        actions.answer_finding, actor=reviewer, version=submitted, finding=finding, words=words
    )
    assert error.code == code
    assert not FindingAnswer.objects.exists()


def test_what_is_signed_is_not_answered_anew(submitted, reviewer):
    sealed = {"state": State.APPROVED, "signed_digest": signing.digest(submitted)}
    ModelVersion.objects.filter(pk=submitted.pk).update(**sealed)
    error = refused(
        actions.answer_finding, actor=reviewer, version=submitted, finding="few_events", words="So."
    )
    assert error.code == "version_state"


def test_who_made_it_answers_nothing_and_strangers_find_nothing(submitted, service):
    answer = {"version": submitted, "finding": "few_events", "words": "Enough."}
    own = submitted.created_by
    own.roles = [*own.roles, "reviewer"]
    own.save()

    assert refused(actions.answer_finding, actor=own, **answer).code == "four_eyes"
    doctor = clinician_at(service.organisation)
    assert refused(actions.answer_finding, actor=doctor, **answer).code == "role_missing"
    stranger = reviewer_at(OrganisationFactory())
    assert refused(actions.answer_finding, actor=stranger, **answer).code == "version_not_found"


@pytest.mark.parametrize("found", ["none", [{"code": "too_good"}], [LEAK.to_dict()] * 2])
def test_findings_that_can_not_be_answered_one_by_one_are_refused(service, tmp_path, found):
    with pytest.raises(DomainError) as caught:
        imported(service, tmp_path, found)
    assert [pointer.pointer for pointer in caught.value.pointers] == ["/findings"]


def test_an_older_file_tells_of_no_findings_and_is_signed_as_ever(service, reviewer):
    scientist = data_scientist_at(service.organisation)
    source = artifact_of("coronary-disease")
    version = actions.import_version(actor=scientist, service=service, source=source)
    version.manifest.pop("findings", None)
    version.save()
    version = actions.submit_version(actor=scientist, version=version)

    assert not findings.are_told(version)
    assert actions.approve_version(actor=reviewer, version=version).state == State.APPROVED
