"""Measured on held-out patients: what is said to change a band so often does it so often."""

from __future__ import annotations

import json
from functools import lru_cache, partial

import numpy as np
import pytest

from diagnosis.inference.scoring import next_measurement
from diagnosis.ml import Artifact
from diagnosis.ml.explain.further.next_measurement import Sought, next_measurements
from diagnosis.registry.sheet.sheets import Sheet
from medportal.demo.loading.rows import HERE, held_out

WITH_BANDS = ("pbc-prognosis", "diabetes-onset", "coronary-disease", "breast-mass")
OF_THE_PATIENT = ("age", "sex")


@lru_cache
def hidden_and_found() -> tuple[np.ndarray, np.ndarray]:
    """For each input of each held-out row: the share foretold, and whether the band changed."""
    foretold, happened = [], []
    for slug in WITH_BANDS:
        artifact = Artifact.load(HERE / "artifacts" / slug)
        stored = json.loads((HERE / "services" / slug / "service.json").read_text())
        references = next_measurement._references(artifact)
        band_of = partial(next_measurement._numbers, Sheet.from_dict(stored).bands)
        rows = [{**row.values, "age": row.age, "sex": row.sex} for row in held_out(slug)]
        x = artifact.schema.matrix(rows)
        bands = band_of(artifact.predict_matrix(x))
        for column, feature in enumerate(artifact.schema):
            if feature.name in OF_THE_PATIENT:
                continue
            sought = [Sought(column, blocks=feature.required)]
            for row in np.flatnonzero(~np.isnan(x[:, column])):
                patient = x[row].copy()
                patient[column] = np.nan
                outlook = next_measurements(artifact, patient, references, band_of, sought)
                foretold.append(outlook.items[0].changes)
                happened.append(bands[row] != outlook.band)
    return np.array(foretold), np.array(happened)


@pytest.mark.parametrize(("low", "high"), [(0, 0.05), (0.05, 0.15), (0.15, 0.3), (0.3, 0.45)])
def test_shares_come_true_as_often_as_they_say(low, high):
    foretold, happened = hidden_and_found()
    here = (foretold >= low) & (foretold < high)

    spread = np.sqrt((foretold[here] * (1 - foretold[here])).sum()) / here.sum()

    assert here.sum() > 100
    assert happened[here].mean() == pytest.approx(foretold[here].mean(), abs=3 * spread)


def test_they_tell_more_than_how_often_it_happens_at_all():
    foretold, happened = hidden_and_found()

    told = np.mean((foretold - happened) ** 2)
    alike = happened.mean() * (1 - happened.mean())

    assert told < 0.8 * alike
