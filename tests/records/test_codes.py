"""The dictionary agrees with itself and with what the services ask for."""

from __future__ import annotations

import json

import pytest

from diagnosis.ml.schema import Feature, FeatureSchema, Source
from diagnosis.records import codes
from medportal.settings.base import ROOT

SCHEMAS = sorted((ROOT / "medportal/demo/data/services").glob("*/schema.json"))


def asked_for() -> list[tuple[str, Feature, Source]]:
    found = []
    for path in SCHEMAS:
        schema = FeatureSchema.from_dict(json.loads(path.read_text()))
        found += [
            (path.parent.name, feature, source)
            for feature in schema
            for source in feature.sources
            if source.kind == "observation"
        ]
    return found


ASKED = asked_for()


@pytest.mark.parametrize(
    ("feature", "source"),
    [(feature, source) for _, feature, source in ASKED],
    ids=[f"{slug}-{feature.name}-{source.code}" for slug, feature, source in ASKED],
)
def test_a_service_asks_for_what_the_chart_can_hold(feature: Feature, source: Source):
    code = codes.find(source.code, source.system)

    assert code is not None
    if code.is_coded:
        assert [a.value for a in code.answers] == [c.value for c in feature.categories]
        return
    assert {codes.normalise_unit(unit) for unit in source.units} <= set(code.units)
    if feature.kind == "number" and feature.bounds is not None:
        here = [code.convert(b, code.unit, codes.normalise_unit(feature.unit or "1"))
                for b in code.bounds or ()]  # fmt: skip
        assert here == pytest.approx(feature.bounds, rel=1e-3)


@pytest.mark.parametrize("code", codes.ALL, ids=lambda code: code.code)
def test_every_entry_is_whole(code: codes.Code):
    assert code.label.keys() == {"en", "zh-Hans"}
    assert all(answer.label.keys() == {"en", "zh-Hans"} for answer in code.answers)
    assert code.family in {family.slug for family in codes.FAMILIES}
    assert bool(code.answers) != bool(code.factors)
    assert all(codes.normalise_unit(unit) == unit for unit in code.units)
    assert code.system == (codes.LOINC if code.code[0].isdigit() else codes.OWN_CODES)
    assert code.is_coded or code.is_panel or code.bounds is not None


@pytest.mark.parametrize("code", [c for c in codes.ALL if c.reference], ids=lambda c: c.code)
def test_usual_ranges_lie_within_what_is_possible(code: codes.Code):
    for low, high in code.reference.values():
        assert all(code.is_possible(limit, code.unit) for limit in (low, high) if limit is not None)


def test_no_code_stands_twice():
    assert len({code.code for code in codes.ALL}) == len(codes.ALL)


@pytest.mark.parametrize(
    ("code", "value", "unit", "to", "expected"),
    [
        ("2093-3", 5.2, "mmol/L", "mg/dL", 201.1),
        ("1518-0", 7.8, "mmol/L", "mg/dL", 140.6),
        ("14995-5", 140, "mg/dL", "mmol/L", 7.77),
        ("1975-2", 17.1, "umol/L", "mg/dL", 1.0),
        ("2160-0", 88.42, "umol/L", "mg/dL", 1.0),
        ("36916-5", 1.27, "mg/dL", "mg/L", 12.7),
        ("1751-7", 35, "g/L", "g/dL", 3.5),
        ("8302-2", 1.7, "m", "cm", 170),
    ],
)
def test_units_convert(code: str, value: float, unit: str, to: str, expected: float):
    entry = codes.find(code)

    assert entry is not None
    assert entry.convert(value, unit, to) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("written", "ucum"),
    [("mmHg", "mm[Hg]"), ("µmol/l", "umol/L"), ("°C", "Cel"), ("MG/DL", "mg/dL"), ("", ""),
     ("{#}", "1"), ("furlong", "furlong")],
)  # fmt: skip
def test_units_are_understood_as_people_write_them(written: str, ucum: str):
    assert codes.normalise_unit(written) == ucum


def test_the_code_follows_the_unit():
    glucose, kappa = codes.find("1518-0"), codes.find("80515-0")

    assert glucose is not None
    assert kappa is not None
    assert codes.for_unit(glucose, "mmol/L").code == "14995-5"
    assert codes.for_unit(glucose, "mg/dL").code == "1518-0"
    assert codes.for_unit(kappa, "mg/L").code == "80515-0"


def test_a_quantity_is_offered_once():
    offered = [code.code for _family, inside in codes.grouped() for code in inside]

    assert "2093-3" in offered
    assert "14647-2" not in offered
    assert len(offered) == len({c.series_key for c in codes.ALL})


def test_a_code_belongs_to_one_system():
    assert codes.find("chest-pain-type", codes.LOINC) is None
    assert codes.find("2093-3", codes.OWN_CODES) is None
