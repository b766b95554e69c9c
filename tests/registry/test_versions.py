"""The life of a model version: four eyes, one published, stopped at once."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import AuditEvent, Role
from diagnosis.ml import Artifact
from diagnosis.ml.families import plain
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, VersionEvent
from diagnosis.registry.versions import contradictions
from medportal.common.errors import DomainError
from tests.factories import (
    OrganisationFactory,
    UserFactory,
    administrator_at,
    clinician_at,
    data_scientist_at,
    reviewer_at,
    with_sheet,
)
from tests.runnable import approved, artifact_of, define, drafted, running, submitted

State = ModelVersion.State
WHY = "Better on the same patients."
pytestmark = pytest.mark.django_db


def refused(call, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


def test_from_draft_to_published_every_step_leaves_its_trace():
    version = running(OrganisationFactory())

    steps = [e.to_state for e in VersionEvent.objects.filter(version=version)]
    assert steps == [State.DRAFT, State.SUBMITTED, State.APPROVED, State.PUBLISHED]
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"version.import", "version.submit", "version.approve", "version.publish"} <= acts


def test_the_submitter_does_not_approve_even_as_a_reviewer():
    version = submitted(define(OrganisationFactory()))
    both = version.submitted_by
    both.roles = [Role.DATA_SCIENTIST, Role.REVIEWER]
    both.save()

    error = refused(actions.approve_version, actor=both, version=version)

    assert (error.code, error.status) == ("four_eyes", 403)
    version.refresh_from_db()
    assert version.state == State.SUBMITTED


def test_a_draft_is_not_approved_and_an_unreviewed_version_not_published():
    service = define(OrganisationFactory())
    draft = drafted(service)
    reviewer = reviewer_at(service.organisation)

    assert refused(actions.approve_version, actor=reviewer, version=draft).status == 409
    assert refused(actions.publish_version, actor=reviewer, version=draft, reason=WHY).status == 409


def test_publishing_retires_the_version_before_it():
    service = define(OrganisationFactory())
    reviewer = reviewer_at(service.organisation)
    first = actions.publish_version(actor=reviewer, version=approved(service), reason=WHY)

    second = actions.publish_version(actor=reviewer, version=approved(service), reason=WHY)

    first.refresh_from_db()
    assert (first.state, second.state, second.number) == (State.RETIRED, State.PUBLISHED, 2)
    assert second.events.get(to_state=State.PUBLISHED).reason == WHY


def test_nothing_is_published_without_a_reason():
    version = approved(define(OrganisationFactory()))
    reviewer = reviewer_at(version.service.organisation)

    error = refused(actions.publish_version, actor=reviewer, version=version, reason=" ")

    version.refresh_from_db()
    assert (error.code, version.state) == ("reason_missing", State.APPROVED)


def test_each_contradiction_needs_its_explanation_in_both_languages():
    service = with_sheet(define(OrganisationFactory()), contradiction_notes={})
    version = submitted(service)
    reviewer = reviewer_at(service.organisation)
    version = actions.approve_version(actor=reviewer, version=version)
    open_ones = contradictions.unexplained(version)
    assert open_ones, "The coronary model is known to contradict medicine."

    error = refused(actions.publish_version, actor=reviewer, version=version, reason=WHY)
    half = refused(
        actions.explain_contradiction,
        actor=reviewer, version=version, feature=open_ones[0], note={"en": "Referral."},
    )  # fmt: skip

    assert error.code == "contradiction_unexplained"
    assert [p.pointer for p in error.pointers] == [f"/contradiction_notes/{f}" for f in open_ones]
    assert half.code == "language_missing"


@pytest.mark.parametrize("make", [reviewer_at, administrator_at])
def test_reviewer_and_administrator_stop_at_once_with_a_reason(make):
    version = running(OrganisationFactory())
    person = make(version.service.organisation)

    without = refused(actions.stop_version, actor=person, version=version, reason="  ")
    stopped = actions.stop_version(actor=person, version=version, reason="Alerts are wrong.")

    assert without.code == "reason_missing"
    assert stopped.state == State.STOPPED
    assert AuditEvent.objects.filter(act="version.stop", why="Alerts are wrong.").exists()


def test_a_stopped_version_is_resumed_by_a_reviewer_alone():
    version = running(OrganisationFactory())
    organisation = version.service.organisation
    administrator, reviewer = administrator_at(organisation), reviewer_at(organisation)
    version = actions.stop_version(actor=administrator, version=version, reason="Look at it.")

    assert refused(actions.resume_version, actor=administrator, version=version).status == 403
    assert actions.resume_version(actor=reviewer, version=version).state == State.PUBLISHED


def test_a_rejection_says_why():
    version = submitted(define(OrganisationFactory()))
    reviewer = reviewer_at(version.service.organisation)

    rejected = actions.reject_version(actor=reviewer, version=version, reason="Too few events.")

    assert rejected.state == State.REJECTED
    assert VersionEvent.objects.filter(to_state=State.REJECTED).get().reason == "Too few events."


ACTS = [
    (actions.submit_version, State.DRAFT, Role.DATA_SCIENTIST, {}),
    (actions.approve_version, State.SUBMITTED, Role.REVIEWER, {}),
    (actions.reject_version, State.SUBMITTED, Role.REVIEWER, {"reason": "no"}),
    (actions.publish_version, State.APPROVED, Role.REVIEWER, {"reason": WHY}),
    (actions.stop_version, State.PUBLISHED, Role.REVIEWER, {"reason": "no"}),
    (actions.resume_version, State.STOPPED, Role.REVIEWER, {}),
    (actions.retire_version, State.PUBLISHED, Role.REVIEWER, {}),
]


@pytest.mark.parametrize(("act", "state", "role", "more"), ACTS)
def test_a_version_of_another_hospital_does_not_exist(act, state, role, more):
    version = running(OrganisationFactory())
    ModelVersion.objects.filter(pk=version.pk).update(state=state)
    stranger = UserFactory(roles=[role])

    error = refused(act, actor=stranger, version=version, **more)

    assert (error.code, error.status) == ("version_not_found", 404)


@pytest.mark.parametrize(("act", "state", "role", "more"), ACTS)
def test_a_clinician_takes_no_step(act, state, role, more):
    version = running(OrganisationFactory())
    ModelVersion.objects.filter(pk=version.pk).update(state=state)

    error = refused(act, actor=clinician_at(version.service.organisation), version=version, **more)

    assert (error.code, error.status) == ("role_missing", 403)


def test_an_artifact_of_another_service_is_refused():
    service = define(OrganisationFactory(), "diabetes-onset")
    scientist = data_scientist_at(service.organisation)
    error = refused(
        actions.import_version,
        actor=scientist, service=service, source=artifact_of("coronary-disease"),
    )  # fmt: skip

    assert error.code == "manifest_invalid"
    assert not ModelVersion.objects.exists()


def changed(folder, **entries):
    return Artifact.load(artifact_of("coronary-disease")).with_manifest(**entries).save(folder)


def test_an_artifact_that_tells_nonsense_of_its_model_is_refused(tmp_path):
    service = define(OrganisationFactory())
    scientist = data_scientist_at(service.organisation)
    source = changed(tmp_path / "model", explanations={"importance": "all of it"})
    error = refused(actions.import_version, actor=scientist, service=service, source=source)

    assert [pointer.pointer for pointer in error.pointers] == ["/explanations"]


def test_an_artifact_whose_layers_are_those_of_another_model_is_refused(tmp_path):
    service = define(OrganisationFactory())
    scientist = data_scientist_at(service.organisation)
    artifact = Artifact.load(artifact_of("coronary-disease"))
    other = Artifact.load(artifact_of("coronary-disease-candidate"))
    forged = artifact.with_files(**{plain.FILE: other.files[plain.FILE]}).save(tmp_path / "model")
    error = refused(actions.import_version, actor=scientist, service=service, source=forged)

    assert error.code == "artifact_invalid"
    assert not ModelVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_the_same_moment_one_wins():
    version = submitted(define(OrganisationFactory()))
    reviewers = [reviewer_at(version.service.organisation) for _ in range(2)]
    together, ends = Barrier(2), []

    def approve(reviewer) -> None:
        together.wait()
        try:
            actions.approve_version(actor=reviewer, version=version)
            ends.append("approved")
        except DomainError as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=approve, args=(reviewer,)) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["approved", "version_state"]
    assert VersionEvent.objects.filter(version=version, to_state=State.APPROVED).count() == 1
