"""A try-out: a stored run's inputs with some of them changed, computed here and now, never kept.

The only place where a web process runs a model for a page (design, part 5). What it makes are rows
in memory alone: nobody saves them, and no event names their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.utils import timezone

from accounts.models import User
from diagnosis.inference.before import refusals
from diagnosis.inference.before.facts import Facts, read_facts
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.before.population import check_population
from diagnosis.inference.before.warnings import of_run, standing_rules
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.inference.scoring import answer_rules, explaining, likeness, score
from diagnosis.inference.snapshot.inputs import entry_given, is_personal
from diagnosis.inference.stored.entry import Entry, Snapshot, converted_of, written_snapshot
from diagnosis.inference.stored.refusal import Ground
from diagnosis.inputs.kind import GivenValue
from diagnosis.ml import Artifact, ArtifactError, Feature
from diagnosis.ml.schema import HISTORY, TREATMENT
from diagnosis.records.models import Patient
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions import contradictions
from diagnosis.registry.versions.store import load_artifact
from diagnosis.results.kind import Panel
from diagnosis.results.stored import written_result

BUDGET = 150_000
"""Model rows for the reasons of one position of the hand: some twenty milliseconds."""

MOST_SHARED = 12
"""Changed inputs among which a difference is shared out: 2 to the power of it is enumerated."""

TRIED = "tried"


@dataclass
class Tried:
    """What came out. ``run`` and ``explanation`` were never in the database."""

    run: Prediction
    grounds: list[Ground] = field(default_factory=list)
    explanation: Explanation | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    """Of the difference to the stored result, by changed input."""


def closed(prediction: Prediction) -> str:
    """Why nothing can be tried on this run; empty where it can."""
    state, version = prediction.state, prediction.version.state
    reasons = (
        (state == Job.State.ENTERED_IN_ERROR, "entered_in_error"),
        (not prediction.is_settled, "pending"),
        (prediction.is_withheld, "estimate_first"),
        (state not in (Job.State.DONE, Job.State.REFUSED), "no_result"),
        (version in (ModelVersion.State.STOPPED, ModelVersion.State.RECALLED), "stopped"),
        (version != ModelVersion.State.PUBLISHED, "replaced"),
        (timezone.now() > prediction.expires_at, "expired"),
        (not prediction.offers(Panel.TRY_OUT), "kind"),
    )
    return next((code for holds, code in reasons if holds), "")


def newest_open(user: User, patient: Patient, service: Service) -> Prediction | None:
    """This patient's newest run of the service, if ``user`` may try other values on it."""
    rows = Prediction.objects.visible_to(user).filter(
        patient=patient, service=service, is_newest=True
    )
    found: Prediction | None = rows.select_related("service", "version").first()
    if found is None:
        return None
    with_own_estimates_first(user, [found])
    return None if closed(found) else found


def artifact_of(prediction: Prediction) -> Artifact | None:
    """The model in this process; None where it cannot be read."""
    try:
        return load_artifact(prediction.version)
    except ArtifactError:
        return None


def modifiable(prediction: Prediction) -> frozenset[str]:
    """What its sheet says that treatment or life may change; empty where it says nothing."""
    return frozenset(one.name for one in prediction.sheet.features if one.modifiable)


def why_locked(
    feature: Feature, entry: Entry, movable: frozenset[str], *, doubts: bool = False
) -> str:
    """``personal``, ``treatment``, ``finding`` or ``history``; empty for what may be tried.

    What was not measured may be tried, and whoever doubts a finding opens all of them. Never a
    treatment: another number with it would look like its effect.
    """
    if is_personal(feature):
        return "personal"
    if feature.role == TREATMENT:
        return TREATMENT
    if doubts or entry.converted is None:
        return ""
    if movable:
        return "" if feature.name in movable else "finding"
    return HISTORY if feature.role == HISTORY else ""


def changed(prediction: Prediction, given: Mapping[str, GivenValue]) -> Snapshot:
    """The stored inputs with what was moved in its place."""
    moved = {name: replace(entry_given(value), source=TRIED) for name, value in given.items()}
    return {**prediction.snapshot, **moved}


def attempt(
    prediction: Prediction,
    artifact: Artifact,
    inputs: Snapshot,
    is_overtaken: Callable[[], bool] = lambda: False,
) -> Tried | None:
    """Refuse or score, and explain; None if a newer position of the hand came meanwhile."""
    facts = read_facts(prediction.patient, [prediction.asked], prediction.index_at)
    run = _in_memory(prediction, inputs)
    standing = standing_rules(run.asked, run.patient, inputs, facts=facts)
    run.warnings = [rule.to_dict() for rule in standing]
    grounds = _grounds(run, artifact, facts)
    if grounds:
        return Tried(run, grounds)
    against = _score(run, artifact, facts)
    if against:
        return Tried(run, against)
    if is_overtaken():
        return None
    return Tried(run, [], _explained(run, artifact), _shares(prediction, run, artifact))


def _in_memory(prediction: Prediction, inputs: Snapshot) -> Prediction:
    return Prediction(
        service=prediction.service,
        sheet=prediction.sheet,
        version=prediction.version,
        patient=prediction.patient,
        origin=Prediction.Origin.WHAT_IF,
        state=Job.State.DONE,
        index_at=prediction.index_at,
        inputs=written_snapshot(inputs),
        confirmations=prediction.confirmations,
    )


def _grounds(run: Prediction, artifact: Artifact, facts: Facts) -> list[Ground]:
    inputs = run.snapshot
    report = check_population(run.asked, run.patient, inputs, run.confirmations, facts=facts)
    return refusals.of_population(report) + (
        refusals.of_inputs(artifact.schema, inputs) or likeness.of_row(artifact, inputs)
    )


def _score(run: Prediction, artifact: Artifact, facts: Facts) -> list[Ground]:
    result = score.score(artifact, run.definition, run.snapshot)
    against = answer_rules.broken(run.definition, artifact.schema, run.snapshot, result)
    if against:
        return against
    run.result = written_result(result)
    run.headline = result.headline.value if result.headline else None
    run.band = result.band.code if result.band else ""
    run.warnings = [one.to_dict() for one in of_run(run, result, facts)]
    return []


def _explained(run: Prediction, artifact: Artifact) -> Explanation | None:
    """As the stored one; None where it would keep the hand waiting."""
    inputs = run.snapshot
    if not explaining.fits(artifact, inputs, BUDGET):
        return None
    against = contradictions.notes(run.version)
    content = explaining.explain(
        artifact,
        inputs,
        against,
        run.version,
        BUDGET,
        asked=explaining.Asked(run.explained[0], log_odds=False),
    )
    return Explanation(prediction=run, state=Job.State.DONE, content=content)


def _shares(before: Prediction, run: Prediction, artifact: Artifact) -> dict[str, float]:
    """The difference to the stored result as the Shapley values against that one patient."""
    names, then, now = artifact.schema.names, before.snapshot, run.snapshot
    moved = {n for n in names if converted_of(then, n) != converted_of(now, n)}
    if before.headline is None or not 0 < len(moved) <= MOST_SHARED:
        return {}
    found = explaining.shares(artifact, then, now, run.explained[0])
    return {name: share for name, share in found.items() if name in moved}
