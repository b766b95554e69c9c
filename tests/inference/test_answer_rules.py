"""Where the answer itself says that the model does not hold, the number is refused, never shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import AuditEvent
from diagnosis.inference.further import what_if
from diagnosis.inference.models import Job
from diagnosis.inference.scoring import answer_rules
from diagnosis.inference.snapshot.inputs import entry_given
from diagnosis.inputs.kind import GivenValue
from diagnosis.ml import FeatureSchema
from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.rules import Rule
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.registry.versions.store import load_artifact
from diagnosis.results.result import Result
from tests.factories import service_data, with_sheet
from tests.portal.test_result import text_of
from tests.runnable import ward

HEAVY = {"height": 177.8, "waist": 105.0, "hip": 115.5, "calf": 47.7}  # some 106 kg by the model
TEXT = {"en": "Too high to hold.", "zh-Hans": "过高，不成立。"}


def limit(maximum: float) -> dict[str, object]:
    rule = {"code": "high", "kind": "answer_range", "maximum": maximum, "reason": TEXT}
    return {**rule, "cure": TEXT, "source": TEXT}


def girths(values: dict[str, float]) -> dict[str, object]:
    return {name: {"value": value, "unit": "cm"} for name, value in values.items()}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_weight_that_means_a_body_mass_index_over_thirty_is_refused(client_for):
    """Eighteen of the 507 of the table had one; from 27 on the range held 58 of 100, not 80."""
    here = ward("body-weight", birth_date="1990-01-01", sex="male")
    lean = here.run()
    heavy = here.run(inputs=girths(HEAVY))

    assert lean.state == Job.State.DONE
    assert (heavy.state, heavy.refusal["code"]) == (Job.State.REFUSED, "bmi")
    assert (heavy.result, heavy.headline, heavy.band) == (None, None, "")
    assert AuditEvent.objects.filter(act="prediction.refused").count() == 1
    page = text_of(client_for(here.doctor).get(f"/predictions/{heavy.pk}/"))
    assert "body mass index under 17 or over 30" in page
    assert "Weigh the patient" in page


@pytest.mark.slow
@pytest.mark.django_db
def test_what_a_service_would_refuse_shows_no_number_when_it_is_tried():
    here = ward()
    first = here.run()
    with_sheet(here.service, answer_rules=[limit(first.headline + 0.01)])
    run = here.run()
    assert run.state == Job.State.DONE

    worse = what_if.changed(run, {"st_depression": GivenValue(4.0, "mm", 4.0)})
    tried = what_if.attempt(run, load_artifact(run.version), worse)

    assert [ground.code for ground in tried.grounds] == ["high"]
    assert (tried.run.headline, tried.run.result) == (None, None)


@pytest.mark.parametrize(
    ("kilograms", "holds"), [(49.12, False), (49.14, True), (86.69, True), (86.71, False)]
)
def test_the_body_mass_index_is_that_of_the_height(kilograms, holds):
    """17 and 30 kg/m² at 170 cm are 49.13 and 86.7 kg."""
    schema = FeatureSchema.from_dict(service_data("body-weight", "schema"))
    rule = service_data("body-weight", "service")["answer_rules"][0]
    inputs = {"height": entry_given(GivenValue(170.0, "cm", 170.0))}
    result = Result("regression", (Estimate("value", kilograms),), "value")
    sheet = replace(Sheet.from_dict({}), answer_rules=(Rule.from_dict(rule),))
    assert (answer_rules.broken(sheet, schema, inputs, result) == []) is holds
    unknown = {"height": replace(inputs["height"], converted=None)}
    assert answer_rules.broken(sheet, schema, unknown, result) != []
