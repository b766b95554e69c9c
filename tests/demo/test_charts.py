"""Charts of the demonstration look like charts, and hold what a ward meets."""

from __future__ import annotations

from accounts.models import User
from diagnosis.inference.models import Outcome, Prediction
from diagnosis.records.models import Condition, Encounter, Medication, Note, Patient
from diagnosis.registry.models import ModelVersion


def test_most_charts_have_problems_medicines_visits_and_notes(demonstration):
    ids = {patient.pk for patient in demonstration.values()}
    for model, share in ((Condition, 1.0), (Encounter, 1.0), (Note, 1.0), (Medication, 0.7)):
        held = model.unscoped.filter(patient__in=ids).values_list("patient", flat=True).distinct()
        assert held.count() >= share * len(ids), model.__name__
    assert Condition.unscoped.filter(patient__in=ids).count() > 2 * len(ids)


def test_notes_of_patients_with_a_chinese_name_are_chinese(demonstration):
    named = [p for p in demonstration.values() if p.native_name]
    texts = Note.unscoped.filter(patient__in=named, kind="Clinic note").values_list("text")

    assert len(named) > 10
    assert any("。" in text for (text,) in texts)


def test_a_dead_patient_one_without_birth_date_and_one_who_could_not_be_asked(organisation):
    seen = Patient.objects.visible_to(User.objects.get(username="doctor"))

    assert seen.filter(deceased_on__isnull=False).count() == 1
    unknown = seen.get(birth_date__isnull=True)
    assert unknown.allergy_status == Patient.AllergyStatus.UNAVAILABLE


def test_a_course_runs_over_two_versions(services):
    states = set(services["pbc-prognosis"].versions.values_list("state", flat=True))
    done = Prediction.unscoped.filter(service=services["pbc-prognosis"], state="done")
    by_patient: dict = {}
    for patient, version in done.values_list("patient", "version"):
        by_patient.setdefault(patient, set()).add(version)

    assert states == {ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED}
    assert sum(len(versions) == 2 for versions in by_patient.values()) == 2


def test_enough_is_decided_with_a_known_outcome_for_patients_alike_and_tallies(services):
    service = services["breast-mass"]
    decided = Prediction.unscoped.filter(service=service, decided_at__isnull=False)
    known = Outcome.unscoped.filter(
        service=service, patient__in=decided.values("patient"), is_sealed=False
    )

    assert decided.count() >= 20
    assert known.count() == decided.count()
    assert {True, False} == set(known.values_list("event", flat=True))
