"""A version's page: its card, and the steps that each role may take from it."""

from __future__ import annotations

import re

import pytest

from accounts.models import Role
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion
from tests.factories import (
    PASSWORD,
    OrganisationFactory,
    data_scientist_at,
    reviewer_at,
    with_sheet,
)
from tests.pages import drawn
from tests.portal.results import version_of
from tests.portal.test_result import text_of

State = ModelVersion.State
CHECKS = ("question", "population", "contradictions", "added_value", "alerts")
PUBLISHED = {"reason": "It knows more.", "sure": "on"}


@pytest.fixture
def people(ward):
    ward.scientist = data_scientist_at(ward.house, display_name="P. Rao")
    ward.reviewer = reviewer_at(ward.house, display_name="Dr Chen")
    ward.as_scientist = ward.client_for(ward.scientist)
    ward.as_reviewer = ward.client_for(ward.reviewer)
    return ward


@pytest.fixture
def draft(people):
    return version_of(
        people.house, state=State.DRAFT, created_by=people.scientist, published_at=None
    )


@pytest.fixture
def submitted(people, draft):
    return actions.submit_version(actor=people.scientist, version=draft)


def url_of(version, step=""):
    return f"/versions/{version.pk}/{step}"


def signed(**changes):
    return {**dict.fromkeys(CHECKS, "on"), "note": "Fine.", "password": PASSWORD, **changes}


def state_of(version):
    return ModelVersion.objects.get(pk=version.pk).state


def test_the_card_holds_population_comparators_digests_and_life(people, submitted):
    text = text_of(people.as_reviewer.get(url_of(submitted)))

    for part in (
        "770 patients, 374 with the event",
        "60 demonstration patients left out",
        "Gradient boosting",
        submitted.digest,
        submitted.manifest["training"]["table_sha256"],
        "40 refits of the whole pipeline",
        "P. Rao",
    ):
        assert part in text


def test_a_contradiction_is_marked_and_stands_first(people, submitted):
    text = text_of(people.as_reviewer.get(url_of(submitted)))

    assert "Density of the mass lowers raises ⚠ against the usual direction" in text


def test_a_data_scientist_submits_a_draft(people, draft):
    assert "Submit for review" in text_of(people.as_scientist.get(url_of(draft)))

    people.as_scientist.post(url_of(draft, "submit/"))

    assert state_of(draft) == State.SUBMITTED


def test_a_reviewer_signs_the_whole_checklist_with_the_password(people, submitted):
    people.as_reviewer.post(url_of(submitted, "approve/"), signed())

    submitted.refresh_from_db()
    assert submitted.state == State.APPROVED
    assert submitted.approved_by == people.reviewer
    assert submitted.approval_note.endswith("Fine.")


@pytest.mark.parametrize("missing", CHECKS)
def test_a_point_that_was_not_checked_keeps_it_unsigned(people, submitted, missing):
    given = signed()
    del given[missing]

    answer = people.as_reviewer.post(url_of(submitted, "approve/"), given)

    assert answer.status_code == 400
    assert state_of(submitted) == State.SUBMITTED


def test_another_password_is_no_signature(people, submitted):
    answer = people.as_reviewer.post(url_of(submitted, "approve/"), signed(password="guess"))

    assert "This is not your present password." in text_of(answer)
    assert "guess" not in drawn(answer)
    assert state_of(submitted) == State.SUBMITTED


def test_who_submitted_it_is_told_that_somebody_else_decides(people, draft):
    both = data_scientist_at(people.house)
    both.roles = [Role.DATA_SCIENTIST, Role.REVIEWER]
    both.save()
    actions.submit_version(actor=both, version=draft)
    browser = people.client_for(both)

    assert "somebody else must approve it" in text_of(browser.get(url_of(draft)))
    assert browser.post(url_of(draft, "approve/"), signed()).status_code == 403


def test_it_is_published_only_when_its_contradictions_are_explained(people, submitted):
    with_sheet(submitted.service, contradiction_notes={})
    actions.approve_version(actor=people.reviewer, version=submitted)

    people.as_reviewer.post(url_of(submitted, "publish/"), PUBLISHED)
    assert state_of(submitted) == State.APPROVED

    people.as_reviewer.post(
        url_of(submitted, "explain/"),
        {"feature": "density", "en": "Fat is rare here.", "zh": "此处脂肪密度罕见。"},
    )
    assert state_of(submitted) == State.SUBMITTED  # what was written is not yet signed
    people.as_reviewer.post(url_of(submitted, "approve/"), signed())
    people.as_reviewer.post(url_of(submitted, "publish/"), PUBLISHED)
    assert state_of(submitted) == State.PUBLISHED


def test_an_explanation_in_one_language_is_not_taken(people, submitted):
    answer = people.as_reviewer.post(
        url_of(submitted, "explain/"), {"feature": "density", "en": "Fat is rare.", "zh": ""}
    )

    assert answer.status_code == 400
    assert "Explanation in Chinese" in text_of(answer)
    assert ModelVersion.objects.get(pk=submitted.pk).contradiction_notes == {}


def test_a_rejection_needs_its_reason(people, submitted):
    assert people.as_reviewer.post(url_of(submitted, "reject/"), {}).status_code == 400

    people.as_reviewer.post(url_of(submitted, "reject/"), {"reason": "Too few events."})

    assert state_of(submitted) == State.REJECTED
    assert "Too few events." in text_of(people.as_scientist.get(url_of(submitted)))


def test_a_stopped_version_goes_on_with_a_reason(people):
    version = version_of(people.house)
    actions.stop_version(actor=people.reviewer, version=version, reason="Checked.")

    people.as_reviewer.post(url_of(version, "resume/"), {"reason": "Laboratory confirmed."})

    assert state_of(version) == State.PUBLISHED


def test_a_new_version_stands_beside_the_one_that_is_published(people):
    now = version_of(people.house)
    new = version_of(service=now.service, state=State.SUBMITTED)

    text = text_of(people.as_reviewer.get(url_of(new)))

    assert f"Beside version {now.number}, which is published now" in text
    assert "Both have the same inputs." in text


def test_every_point_stands_beside_its_evidence_and_goes_with_the_form_that_is_signed(
    people, submitted
):
    page = drawn(people.as_reviewer.get(url_of(submitted)))

    sections = re.split(r'<h2 id="', page)
    where = {s.split('"')[0]: s for s in sections}
    for heading, names in {
        "card-question": ("question", "population"),
        "card-directions": ("contradictions",),
        "card-adds": ("added_value",),
        "card-alerts": ("alerts",),
    }.items():
        for name in names:
            assert f'name="{name}" form="review"' in where[heading]
    assert '<form id="review"' in where["step-approve"]


def test_the_contents_lead_to_every_part_of_the_page_and_to_nothing_else(people, submitted):
    page = drawn(people.as_reviewer.get(url_of(submitted)))
    contents = page.split('<nav class="contents')[1].split("</nav>")[0]

    led_to = set(re.findall(r'href="#([\w-]+)"', contents))
    parts = set(re.findall(r'<h2 id="((?:card|step)-[\w-]+)"', page)) - {"step-submit"}
    assert led_to == parts


@pytest.mark.parametrize("missing", ["reason", "sure"])
def test_publishing_wants_a_reason_and_to_be_meant(people, submitted, missing):
    actions.approve_version(actor=people.reviewer, version=submitted)
    given = {name: value for name, value in PUBLISHED.items() if name != missing}

    answer = people.as_reviewer.post(url_of(submitted, "publish/"), given)

    assert (answer.status_code, state_of(submitted)) == (400, State.APPROVED)
    people.as_reviewer.post(url_of(submitted, "publish/"), PUBLISHED)
    assert state_of(submitted) == State.PUBLISHED
    assert "It knows more." in text_of(people.as_reviewer.get(url_of(submitted)))


@pytest.mark.parametrize(
    ("against", "said"),
    [
        (-0.05, "Worse than version 1, beyond chance, on the same patients: AUROC"),
        (None, "Nobody measured it on the same patients as version 1"),
    ],
)
def test_before_publishing_it_says_where_the_version_is_worse(people, against, said):
    now = version_of(people.house)
    new = version_of(service=now.service, state=State.APPROVED, number=now.number + 1)
    if against is not None:
        difference = {"value": against, "lower": against - 0.02, "upper": against + 0.02}
        entry = {
            "artifact": now.digest, "rows": 770, "metrics": now.manifest["metrics"],
            "differences": {"auroc": difference},
        }  # fmt: skip
        new.manifest = {**new.manifest, "against": [entry]}
        new.save()

    text = text_of(people.as_reviewer.get(url_of(new)))

    assert said.replace("version 1", f"version {now.number}") in text


@pytest.mark.parametrize("step", ["approve", "reject", "publish", "resume"])
def test_only_a_reviewer_takes_the_reviewer_s_steps(people, submitted, step):
    url = url_of(submitted, f"{step}/")

    assert people.as_doctor.post(url).status_code == 403
    assert people.as_scientist.post(url).status_code == 403


def test_a_clinician_reads_the_card_and_has_no_button(people, submitted):
    text = text_of(people.as_doctor.get(url_of(submitted)))

    assert "What it adds" in text
    assert "Sign and approve" not in text
    assert "Reject" not in text


def test_a_version_of_another_organisation_does_not_exist(people, submitted):
    browser = people.client_for(reviewer_at(OrganisationFactory()))

    assert browser.get(url_of(submitted)).status_code == 404
    assert browser.post(url_of(submitted, "approve/"), signed()).status_code == 404


def test_reviewers_see_the_cases_that_the_model_expected_least_and_doctors_do_not(
    people, submitted
):
    heading = "The most surprising single cases"
    page = people.as_reviewer.get(url_of(submitted))

    assert heading in text_of(page)
    assert len(page.context["surprises"]) == len(submitted.manifest["surprising_cases"]) > 0
    assert "Shape of the mass" in page.context["surprises"][0].inputs
    assert heading not in text_of(people.as_doctor.get(url_of(submitted)))


def test_the_reviewer_reads_each_finding_of_the_table_and_answers_it_in_words(people, submitted):
    found = TableFinding("too_good", ("density",), {"strength": 0.999}).to_dict()
    submitted.manifest = {**submitted.manifest, "findings": [found]}
    submitted.save()
    page = text_of(people.as_reviewer.get(url_of(submitted)))
    assert "density alone tells the outcome almost perfectly" in page
    assert "Not answered yet." in page

    people.as_reviewer.post(url_of(submitted, "approve/"), signed())
    assert state_of(submitted) == State.SUBMITTED

    answer = {"finding": "too_good:density", "words": "Read before the biopsy."}
    people.as_reviewer.post(url_of(submitted, "answer/"), answer)
    people.as_reviewer.post(url_of(submitted, "approve/"), signed())

    assert state_of(submitted) == State.APPROVED
    assert "Read before the biopsy." in text_of(people.as_reviewer.get(url_of(submitted)))


def test_an_empty_answer_is_none(people, submitted):
    found = TableFinding("few_events", (), {"events": 40, "columns": 4}).to_dict()
    submitted.manifest = {**submitted.manifest, "findings": [found]}
    submitted.save()

    answer = people.as_reviewer.post(
        url_of(submitted, "answer/"), {"finding": "few_events", "words": " "}
    )

    assert answer.status_code == 400
    assert not submitted.finding_answers.exists()


def test_the_author_reads_findings_and_has_no_form(people, submitted):
    found = TableFinding("few_events", (), {"events": 40, "columns": 4}).to_dict()
    submitted.manifest = {**submitted.manifest, "findings": [found]}
    submitted.save()

    page = people.as_scientist.get(url_of(submitted))

    assert "40 rows of the rarer kind for 4 inputs" in text_of(page)
    assert "/answer/" not in drawn(page)
