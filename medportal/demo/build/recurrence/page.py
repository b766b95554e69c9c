"""What ``docs/models.md`` says of the study, from the manifest of its artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from medportal.demo.build.recurrence.external import BEHIND, LOOKS_BEFORE
from medportal.demo.build.report import interval, markdown

Manifest = Mapping[str, Any]
Figure = Mapping[str, float | None]

SHOWN = (("auc", "AUC"), ("brier", "Brier"), ("scaled_brier", "scaled Brier"), ("oe", "O/E"),
         ("slope", "slope"))  # fmt: skip


def _horizons(metrics: Mapping[str, Figure], facts: Sequence[Mapping[str, Any]]) -> str:
    head = ["by", "events", "censored before", "still followed", "observed", "expected"]
    rows = []
    for one in facts:
        name = f"{one['horizon']:g}"
        cells = [f"{name} days", str(one["events"]), str(one["censored_before"])]
        cells += [str(one["at_risk"]), interval(one["observed"]), f"{one['expected']:.3f}"]
        rows.append([*cells, *(interval(metrics[f"{code}_{name}"]) for code, _ in SHOWN)])
    return markdown([*head, *(title for _, title in SHOWN)], rows)


def _beside(name: str, own: Mapping[str, Figure], others: Sequence[Mapping[str, Any]]) -> str:
    head = ["what", "Uno's C to 5 years", "Harrell's C", "Brier at 3 years"]
    head += ["Uno's C of the shipped model is higher by", "the shipped model is"]

    def cells(metrics: Mapping[str, Figure]) -> list[str]:
        return [interval(metrics[code]) for code in ("uno_c", "harrell_c", "brier_1095")]

    rows = [[f"**shipped: {name}**", *cells(own), "", ""]]
    rows += [
        [
            other["label"]["en"],
            *cells(other["metrics"]),
            interval(other["difference"]),
            other["verdict"],
        ]
        for other in others
    ]
    return markdown(head, rows)


def _off(outside: Mapping[str, Any]) -> str:
    """Say at which horizons the risks are shown to be too high or too low for these women."""
    said = []
    for one in outside["horizons"]:
        name = f"{one['horizon']:g}"
        ratio = outside["metrics"][f"oe_{name}"]
        if None not in ratio.values() and not ratio["lower"] <= 1 <= ratio["upper"]:
            how = "too high" if ratio["value"] < 1 else "too low"
            said.append(
                f"By {name} days the risks are {how} for them: {one['observed']['value']:.1%} had "
                f"the event, {one['expected']:.1%} were expected (of {one['events']} events)."
            )
    return " ".join(said) or "At no horizon are the risks shown to be too high or too low."


def _cox(outside: Mapping[str, Any]) -> str:
    rivals = [one for one in outside["comparators"] if one["code"].startswith("cox")]
    lower = min(one["difference"]["lower"] for one in rivals)
    how = "is not" if lower > -BEHIND else "may be"
    return (
        f"The shipped model {how} more than {BEHIND} of Uno's C behind a Cox model on GBSG. What "
        "a Cox model lacks there is the bend of age: the youngest are at a higher risk, and a "
        "straight line cannot say so."
    )


def _simple(outside: Mapping[str, Any]) -> str:
    """Say where a simpler model is as good or better."""
    equal = [one for one in outside["comparators"] if one["verdict"] != "better"]
    if not equal:
        return "It ranks the women better than each model beside it."
    named = ", ".join(f"{one['label']['en']} ({one['verdict']})" for one in equal)
    return (
        f"No gain in ranking is shown over: {named}. Where a simpler model is as good, it would do."
    )


def _people(training: Mapping[str, Any], outside: Mapping[str, Any]) -> str:
    return (
        f"Learnt from {training['rows']} node-positive women of Rotterdam ({training['events']} "
        f"events), judged by the {outside['rows']} women of GBSG ({outside['events']} events). "
        f"{training['late_deaths_censored']} women of Rotterdam died after the check for "
        "recurrence had ended and are censored there."
    )


def _looked(model: str, outside: Mapping[str, Any]) -> str:
    since = outside["looks"] - LOOKS_BEFORE
    return (
        f"The model ({model}: the folds of Rotterdam chose it) and its calibration saw Rotterdam "
        f"only; its recipe (digest {outside['recipe_digest'][:12]}) was written down before GBSG "
        f"was read. GBSG had been looked at some {LOOKS_BEFORE} times while the facts of this "
        f"service were gathered, and was scored by {since} recipe(s) since: a public table is "
        "never quite unseen. Hormone therapy is a treatment that was given; what the model says "
        "of it is not its effect.\n"
    )


def section(manifest: Manifest) -> str:
    """Return the section in Markdown."""
    outside, own, model = manifest["external"], manifest["metrics"], manifest["choice"]["model"]
    return "\n".join(
        [
            "## `breast-recurrence`: recurrence or death from any cause\n",
            _people(manifest["training"], outside),
            _looked(model, outside),
            "### On GBSG, which nothing was learnt from\n",
            _horizons(outside["metrics"], outside["horizons"]),
            f"{_off(outside)} {_cox(outside)} {_simple(outside)}\n",
            _beside(model, outside["metrics"], outside["comparators"]),
            "### On the folds of Rotterdam\n",
            _horizons(own, manifest["curves"]["horizons"]),
            _beside(model, own, manifest["comparators"]),
        ]
    )
