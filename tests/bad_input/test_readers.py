"""Whatever a reader is given: a canonical result or a finding with a place, never an accident."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnosis.interop.fhir import incoming as fhir
from diagnosis.ml import Category, Feature, FeatureSchema, UnitError
from diagnosis.ml.inputs import reading, units, words
from diagnosis.records import codes, validation
from diagnosis.records.incoming import table
from diagnosis.records.incoming.judging import findings
from diagnosis.records.validation import Given
from medportal.common import json_bodies
from medportal.common.errors import DomainError
from tests.factories import PatientFactory, service_data
from tests.imports import sent

DEEP = int(os.environ.get("MEDPORTAL_FUZZ", "0"))
sometimes = settings(
    max_examples=DEEP * 10 or 60,
    deadline=None,
    derandomize=not DEEP,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SLUGS = ("coronary-disease", "diabetes-onset", "flc-mortality", "breast-mass", "pbc-prognosis")
SCHEMAS = [FeatureSchema.from_dict(service_data(slug, "schema")) for slug in SLUGS]
FEATURES = [feature for schema in SCHEMAS for feature in schema]
UNITS = sorted({unit for feature in FEATURES for unit in feature.units})

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [10**400, -0.0, 5e-324, "1e999", "nan", "\uff11\uff12", "1_000", "0x10", "\x00", " "]
    )
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "unit", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
MEASURED = st.fixed_dictionaries(
    {"value": LEAVES}, optional={"unit": st.sampled_from(UNITS) | LEAVES}
)


@sometimes
@given(feature=st.sampled_from(FEATURES), raw=ANYTHING | MEASURED)
def test_an_input_is_a_number_of_the_matrix_or_has_a_finding(feature: Feature, raw: Any):
    value, code = reading.read_value(feature, raw)

    assert isinstance(value, float)
    assert not math.isinf(value)
    if code in (None, "out_of_bounds", "outside_limits", "unit_missing"):
        assert math.isnan(value) == (code is None and is_left_out(raw))
    else:
        assert math.isnan(value)
    if not math.isnan(value) and feature.kind != "number":
        assert feature.category(value) is not None
    if code:
        assert feature.input.message(feature, code)


def is_left_out(raw: Any) -> bool:
    return words.is_missing(raw.get("value") if isinstance(raw, dict) else raw)


@sometimes
@given(schema=st.sampled_from(SCHEMAS), data=st.data())
def test_a_row_is_read_alike_whoever_asks(schema: FeatureSchema, data: st.DataObject):
    row = {f.name: data.draw(ANYTHING | MEASURED) for f in schema}

    matrix = schema.matrix([row])
    (found,) = schema.check([row])

    assert matrix.shape == (1, len(schema))
    named = {one.feature for one in found}
    for name, value in zip(schema.names, matrix[0], strict=True):
        assert not math.isinf(value)
        assert name in named or not math.isnan(value) or is_left_out(row[name])


@sometimes
@given(feature=st.sampled_from([f for f in FEATURES if f.conversions]), data=st.data())
def test_units_go_there_and_back(feature: Feature, data: st.DataObject):
    low, high = feature.bounds or (1e-3, 1e6)
    value = data.draw(st.floats(low, high))
    unit = data.draw(st.sampled_from(sorted(feature.conversions)))
    spelled = data.draw(st.sampled_from([unit, unit.upper(), f" {unit} "]))

    there = value / feature.conversions[unit]

    assert feature.convert(there, unit) == pytest.approx(value)
    if units.normalise(spelled) == units.normalise(unit):
        assert feature.convert(there, spelled) == pytest.approx(value)
    with pytest.raises(UnitError):
        feature.convert(value, "stone")


@sometimes
@given(code=st.sampled_from([c for c in codes.ALL if len(c.units) > 1]), data=st.data())
def test_the_chart_s_units_go_there_and_back_and_keep_their_bounds(code: Any, data: st.DataObject):
    low, high = code.bounds or (1e-3, 1e6)
    value = data.draw(st.floats(low, high))
    for unit in code.units:
        there = code.convert(value, code.unit, unit)
        assert code.convert(there, unit, code.unit) == pytest.approx(value, rel=1e-12, abs=1e-12)
        assert code.is_possible(there, unit)


MOMENTS = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))
GIVEN = st.builds(
    Given,
    code=st.sampled_from([c.code for c in codes.ALL]) | st.text(max_size=8),
    value=LEAVES.filter(lambda v: not isinstance(v, bool)) | st.booleans(),
    unit=st.sampled_from(UNITS) | st.text(max_size=8),
    system=st.sampled_from(["", "http://loinc.org", "urn:medportal:codes"]) | st.text(max_size=8),
    observed_at=MOMENTS,
    status=st.sampled_from(["final", "preliminary"]) | st.text(max_size=8),
    reference_low=st.none() | st.floats(),
    reference_high=st.none() | st.floats(),
)


@sometimes
@given(what=GIVEN)
def test_an_observation_is_checked_or_refused_at_a_field(what: Given):
    patient = PatientFactory.build(birth_date=date(1961, 3, 14))

    checked, found = validation.check(patient, what, at="/here")

    assert (checked is None) == bool(found)
    assert all(f.pointer.startswith("/here/") and f.code and str(f.message) for f in found)
    if checked is None:
        return
    assert checked.entry.accepts(checked.unit) or checked.entry.is_coded
    assert checked.number is None or checked.entry.is_possible(checked.number, checked.unit)
    again = Given(
        code=checked.entry.code,
        system=checked.entry.system,
        value=checked.answer or checked.number,
        unit=checked.unit,
        observed_at=checked.observed_at,
    )
    twice = validation.check(patient, again)[0]
    assert twice is not None
    assert (twice.number, twice.answer, twice.unit) == (
        checked.number, checked.answer, checked.unit,
    )  # fmt: skip


CELLS = st.text(max_size=10) | st.sampled_from(
    ["4711", "8480-6", "132", "mm[Hg]", "2026-03-14", "2026-03-14T09:30+08:00", "NaN", "=1+1",
     '"', "1961-04-05", "Silva", "female", "-99999-01-01", "0001-01-01", "9999-12-31"]
)  # fmt: skip
NAMES = st.sampled_from(table.COLUMNS) | st.text(max_size=5)


@sometimes
@given(
    header=st.lists(NAMES, max_size=8, unique=True).map(lambda names: ["patient", *names]),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=9), max_size=4),
    parted_by=st.sampled_from([",", ";", "\t"]),
)
def test_a_table_is_read_or_refused_with_its_line(header, rows, parted_by):
    lines = [parted_by.join(cells) for cells in [header, *rows]]

    of_whole_file(table.read, "\n".join(lines).encode("utf-8", "surrogatepass"))


@sometimes
@given(data=st.binary(max_size=60))
def test_bytes_are_no_table_and_no_bundle_and_say_so(data: bytes):
    of_whole_file(table.read, data)
    of_whole_file(fhir.read, data)
    refused(json_bodies.read, data)


def refused(read: Any, data: bytes) -> DomainError | None:
    try:
        read(data)
    except DomainError as error:
        return error
    return None


def of_whole_file(read: Any, data: bytes) -> None:
    """What came of a file: patients who can be judged, or one refusal with its place."""
    error = refused(read, data)
    if error is not None:
        assert error.code == "file_unusable"
        assert error.pointers
        assert error.pointers[0].code
        return
    for incoming in read(data).patients:
        for pointer in findings(incoming):
            assert pointer.code
            assert pointer.pointer.startswith("/")
            assert str(pointer.message)


@sometimes
@given(data=st.data())
def test_a_bundle_with_anything_anywhere_is_read_or_refused(data: st.DataObject):
    """A good bundle in which two elements are something else."""
    good = json.loads(sent.bundle(sent.patient(), sent.observation(), sent.about("Condition")))
    for _ in range(2):
        spoil(data, good)

    of_whole_file(fhir.read, json.dumps(good).encode())


def spoil(data: st.DataObject, whole: Any) -> None:
    """Put anything in the place of one element, however deep it is."""
    place = whole
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not steps:
            return
        step = data.draw(st.sampled_from(steps))
        inner = place[step]
        if not isinstance(inner, dict | list) or data.draw(st.integers(0, 4)) == 0:
            place[step] = data.draw(ANYTHING)
            return
        place = inner


@sometimes
@given(
    features=st.lists(
        st.fixed_dictionaries(
            {"name": LEAVES, "label": LEAVES},
            optional={"kind": LEAVES, "bounds": ANYTHING, "categories": ANYTHING, "x": LEAVES},
        )
        | ANYTHING,
        max_size=3,
    )
)
def test_a_schema_is_read_or_refused_in_its_own_words(features: Any):
    from diagnosis.ml import SchemaError

    try:
        schema = FeatureSchema.from_dict({"features": features})
    except SchemaError:
        return
    assert FeatureSchema.from_dict(schema.to_dict()).names == schema.names


def test_a_category_s_own_words_are_read_in_any_case():
    shape = Feature("s", {"en": "s"}, "category", categories=(Category(1, "Oval", {"en": "Oval"}),))

    assert reading.read_value(shape, " oVAL ") == (1.0, None)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize("at", [date.min, date.max])
def test_the_ends_of_the_calendar_are_only_dates(zone, at):
    patient = PatientFactory.build(birth_date=date(1961, 3, 14))
    when = datetime(at.year, at.month, at.day, tzinfo=UTC)
    what = Given(code="8480-6", value=120.0, unit="mm[Hg]", observed_at=when)

    with timezone.override(zone):
        assert validation.check(patient, what)[1][0].pointer == "/observed_at"


def test_a_whole_number_beyond_every_float_is_not_finite():
    feature = next(f for f in FEATURES if f.kind == "number")

    assert reading.read_value(feature, 10**400)[1] == "infinite"
