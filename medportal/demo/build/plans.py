"""How each demonstration model is made, and what it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from diagnosis.ml.recipe import Recipe
from medportal.demo.build import flchain, heart_statlog, mammographic_mass, pbc, pima_diabetes
from medportal.demo.build.table import DemoTable

TARGET = "outcome"


@dataclass(frozen=True)
class Term:
    """One term of a simple score; see ``diagnosis.ml.evaluation.formula_probability``."""

    features: tuple[str, ...]
    transform: str = "identity"
    value: float | None = None
    weight: float = 1.0


Block = tuple[Term, ...]  # terms with known weights that share one fitted coefficient


@dataclass(frozen=True)
class Plan:
    """One service: its table, its recipe, and its simple rivals."""

    load: Callable[[], DemoTable]
    recipe: Recipe
    age_sex: tuple[Block, ...]
    usual: tuple[Block, ...]


def alone(*names: str) -> tuple[Block, ...]:
    """Return one coefficient for each feature."""
    return tuple((Term((name,)),) for name in names)


def codes(name: str, values: range) -> tuple[Block, ...]:
    """Return one coefficient for each code of a category but the first."""
    return tuple((Term((name,), "equals", float(value)),) for value in values)


# Dickson et al., Hepatology 1989;10:1-7; oedema counts 0, 0.5 or 1 there.
MAYO: Block = (
    Term(("bilirubin",), "log", weight=0.871),
    Term(("albumin",), "log", weight=-2.53),
    Term(("age",), weight=0.039),
    Term(("prothrombin_time",), "log", weight=2.38),
    Term(("oedema",), weight=0.859 / 2),
)

_LOGISTIC = Recipe(target=TARGET, model="logistic", refits=40, folds=5, repeats=10, seed=0)

PLANS: Mapping[str, Plan] = {
    "coronary-disease": Plan(
        heart_statlog.load,
        _LOGISTIC,
        alone("age", "sex"),
        (*alone("age", "sex"), *codes("chest_pain", range(2, 5))),
    ),
    "diabetes-onset": Plan(pima_diabetes.load, _LOGISTIC, alone("age"), alone("glucose_2h")),
    "pbc-prognosis": Plan(
        pbc.load, replace(_LOGISTIC, hide={"prothrombin_time": 0.1}), alone("age"), (MAYO,)
    ),
    "flc-mortality": Plan(
        flchain.load,
        replace(_LOGISTIC, repeats=3),
        alone("age", "sex"),
        ((Term(("kappa", "lambda"), "log"),),),
    ),
    "breast-mass": Plan(
        mammographic_mass.load,
        replace(_LOGISTIC, hide={"density": 0.2}),
        alone("age"),
        codes("margin", range(2, 6)),
    ),
}

# Networks where the published models are regressions: one waits for the reviewer of the
# demonstration, one is the data scientist's draft, one was published before its successor.
CANDIDATES: Mapping[str, Plan] = {
    name: replace(
        PLANS[slug],
        recipe=replace(PLANS[slug].recipe, model="network", repeats=3, refits=20),
    )
    for name, slug in {
        "coronary-disease-candidate": "coronary-disease",
        "diabetes-onset-candidate": "diabetes-onset",
        "pbc-prognosis-first": "pbc-prognosis",
    }.items()
}
