"""A risk over time: its curve, its median, its words; and one real run of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from diagnosis.inference import runner
from diagnosis.inference.before.facts import read_facts
from diagnosis.inference.lists.tallies import _happened
from diagnosis.inference.models import Explanation
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.ml import Artifact
from diagnosis.registry.sheet.sheets import read
from diagnosis.results.kind import Seen
from diagnosis.results.pictures.curve import between, curve_picture, reached
from diagnosis.results.result import Curve, Result
from diagnosis.results.stored import read_result, written_result
from diagnosis.results.survival import Survival
from diagnosis.results.survival.periods import about, period
from tests.api.client import Caller
from tests.factories import ConditionFactory, OutcomeFactory, clinician_at, service_data
from tests.portal.test_result import text_of
from tests.runnable import again, artifact_of, ward

SLUG = "breast-recurrence"
CONFIRMED = ("breast-cancer", "surgery-first")
SHARES = (0.9, 0.6, 0.45)
TIMES = (365.0, 1095.0, 1825.0)


@pytest.mark.parametrize(
    ("time", "unit", "said"),
    [
        (365, "d", "1 year"),
        (1095, "d", "3 years"),
        (1826, "d", "5 years"),
        (183, "d", "6 months"),
        (400, "d", "400 days"),
        (28, "d", "28 days"),
        (6, "mo", "6 months"),
        (24, "h", "1 day"),
        (36, "h", "36 hours"),
    ],
)
def test_a_horizon_is_said_in_the_largest_unit_that_is_right(time, unit, said):
    with translation.override("en"):
        assert period(time, unit) == said


def test_a_time_that_was_reckoned_is_said_no_finer_than_it_is_known():
    with translation.override("en"):
        assert about(1234.5, "d") == "3.4 years"
        assert about(500.2, "d") == "16 months"
    with translation.override("zh-hans"):
        assert about(1234.5, "d") == "3.4年"


def test_a_curve_begins_with_everybody_and_ends_where_the_data_do():
    picture = curve_picture(TIMES, SHARES, ((0.8, 0.5, 0.3), (0.95, 0.7, 0.6)), TIMES)

    assert picture.line.startswith("M0 0L200 100L")
    assert picture.line.endswith("1000 550")
    assert picture.band.endswith("Z")
    assert [mark.time for mark in picture.marks] == list(TIMES)
    assert picture.marks[0].y == "32"  # nine tenths of 200 pixels, below a margin of 12


def test_between_two_times_the_curve_is_straight():
    assert between((0.0, 10.0), (1.0, 0.5), 5.0) == 0.75
    assert between((0.0, 10.0), (1.0, 0.5), 20.0) == 0.5


def test_a_median_is_there_only_where_half_have_had_the_event():
    assert reached(TIMES, (0.9, 0.8, 0.51)) is None
    assert 1095 < reached(TIMES, SHARES) < 1825
    assert reached((10.0,), (0.5,)) == 10.0


def shown(shares, interval, median, days=1825):
    sheet = read(service_data(SLUG, "service"))
    curve = Curve("d", TIMES, shares, interval, median)
    stored = written_result(Result("survival", curve=curve)) | {
        "risks": {f"{t:g}": 1 - s for t, s in zip(TIMES, shares, strict=True)},
        "headline": str(days),
    }
    return Survival().shown(Seen(read_result(stored), sheet))


def test_a_median_that_is_not_reached_is_said_so():
    with translation.override("en"):
        said = shown((0.9, 0.8, 0.7), None, None)
        assert "not reached" in said.median
        assert "5 years" in said.median
    with translation.override("zh-hans"):
        assert "未达到" in shown((0.9, 0.8, 0.7), None, None).median


def test_a_median_names_an_end_that_lies_beyond_the_data():
    sides = ((0.8, 0.4, 0.3), (0.95, 0.7, 0.6))
    with translation.override("en"):
        said = shown(SHARES, sides, 1500.0).median
        assert "4.1 years" in said
        assert "beyond 5 years" in said


def test_a_page_never_calls_the_curve_the_patients_own():
    with translation.override("en"):
        said = shown(SHARES, None, 1500.0)
    assert "not this patient's own" in said.of_whom[0]
    assert [row.by for row in said.rows] == ["1 year", "3 years", "5 years"]
    assert [row.halves.with_event for row in said.rows] == ["10", "40", "55"]
    assert "within five years" in said.sentence
    assert said.said == "55\u00a0%"


@pytest.fixture
def breast(db):
    found = ward(SLUG, sex="female")
    ConditionFactory(patient=found.patient, code="C50.9")
    return found


@pytest.fixture
def run(breast):
    prediction = breast.ask(confirmations=CONFIRMED)
    runner.run_prediction(prediction.pk)
    return again(prediction)


@pytest.mark.slow
def test_a_run_keeps_the_curve_that_the_artifact_says(breast, run):
    artifact = Artifact.load(artifact_of(SLUG))
    row = {name: entry.converted for name, entry in run.snapshot.items()}
    (curve,) = artifact.predict([row])
    found = run.result

    assert run.state == "done", (run.failure_code, run.refusal)
    assert found["unit"] == "d"
    assert found["times"] == list(artifact.task.times)
    assert [1 - share for share in found["survival"]] == pytest.approx(list(curve), rel=1e-6)
    assert set(found["risks"]) == {"365", "1095", "1825"}
    assert run.headline == found["risks"]["1825"]
    assert written_result(read_result(found)) == found
    lower, upper = found["interval"]
    for low, share, high in zip(lower, found["survival"], upper, strict=True):
        assert 0 <= low < share < high <= 1


@pytest.mark.slow
def test_its_page_and_paper_say_what_was_stored(breast, run, client_for):
    client = client_for(breast.doctor)
    for language, words in (("en", "Of 100 women"), ("zh-hans", "每100名")):
        for address in (f"/predictions/{run.pk}/", f"/predictions/{run.pk}/print/"):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200
            assert words in text_of(answer)


@pytest.mark.slow
def test_it_is_told_over_rest_in_the_pinned_shape_and_to_nobody_else(breast, run):
    told = Caller(breast.doctor).get(f"predictions/{run.pk}").json()["result"]

    assert told["kind"] == "survival"
    assert told["unit"] == "d"
    assert len(told["times"]) == len(told["survival"]) == len(told["interval"][0]) == 16
    assert set(told["risks"]) == {"365", "1095", "1825"}
    assert told["risks"]["1825"] == pytest.approx(1 - told["survival"][-1], abs=2e-6)
    assert told["median"] == pytest.approx(run.result["median"], abs=1e-6)
    stranger = clinician_at(breast.organisation)
    assert Caller(stranger).get(f"predictions/{run.pk}").status_code == 404


@pytest.mark.slow
def test_in_fhir_each_horizon_is_a_prediction_with_its_range_of_time(run):
    found = risk_assessment(Run(run, None))["prediction"]

    assert [one["whenRange"]["high"]["value"] for one in found] == [1825.0, 365.0, 1095.0]
    assert all(one["whenRange"]["high"]["code"] == "d" for one in found)
    assert "whenPeriod" not in found[0]
    assert found[0]["probabilityDecimal"] == pytest.approx(run.headline * 100, abs=1e-3)
    assert found[0]["probabilityDecimal"] > found[2]["probabilityDecimal"]


def ended(breast, *, event, after):
    day = timezone.localdate() + timedelta(days=after)
    return OutcomeFactory(
        service=breast.service, patient=breast.patient, event=event, occurred_on=day,
        is_sealed=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("event", "known"), [(True, True), (False, False)])
def test_who_was_free_of_the_event_until_a_day_may_be_asked_about_again(breast, event, known):
    ended(breast, event=event, after=-5)
    facts = read_facts(breast.patient, [breast.service], timezone.now())
    assert (breast.service.pk in facts.known_outcomes) == known


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event", "after", "happened"),
    [(True, 900, True), (False, 900, None), (False, 1830, False), (True, 2000, False)],
)
def test_who_was_lost_before_the_horizon_is_not_counted_as_without_the_event(
    breast, run, event, after, happened
):
    breast.organisation.is_demonstration = True
    breast.organisation.save()
    known = ended(breast, event=event, after=after)
    assert _happened(again(run), [known]) is happened


@pytest.mark.slow
def test_women_without_positive_nodes_are_refused_by_name(breast):
    refused = breast.run(confirmations=CONFIRMED, inputs={"nodes": {"value": 0, "unit": "1"}})
    assert refused.state == "refused"
    assert "No positive node" in str(refused.refusal)


@pytest.mark.slow
def test_reasons_add_up_to_the_risk_by_the_horizon_that_is_asked_for(breast, client_for):
    run = breast.run(confirmations=CONFIRMED)
    caller = Caller(breast.doctor)
    for name in ("1825", "365", "1095"):
        caller.get(f"predictions/{run.pk}/explanations/{name}")
        for waiting in Explanation.unscoped.filter(prediction=run, state="queued"):
            runner.run_explanation(waiting.pk)
        told = caller.get(f"predictions/{run.pk}/explanations/{name}").json()
        total = told["base_value"] + sum(one["contribution"] for one in told["attributions"])
        assert told["estimate"] == name
        assert total == pytest.approx(run.result["risks"][name], abs=1e-4)
    page = text_of(client_for(breast.doctor).get(f"/predictions/{run.pk}/?estimate=365"))
    assert "within one year" in page


@pytest.mark.slow
def test_what_else_can_be_asked_speaks_of_the_risk_by_the_horizon(breast, client_for):
    run = breast.run(confirmations=CONFIRMED)
    client, slug = client_for(breast.doctor), breast.service.slug
    for address in (
        f"/patients/{breast.patient.pk}/services/{slug}/trend/",
        f"/services/{slug}/cohort/",
        f"/predictions/{run.pk}/sureness/",
        f"/predictions/{run.pk}/alike/",
        f"/predictions/{run.pk}/try/",
        f"/services/{slug}/",
        f"/versions/{run.version_id}/",
        "/",
        f"/patients/{breast.patient.pk}/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
    assert client.get(f"/predictions/{run.pk}/sheet/").status_code == 404
