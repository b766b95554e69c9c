"""The page ``docs/models.md``: what each demonstration model reaches, and where it loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from medportal.demo.build.card import SMALLEST_GAIN

Manifest = Mapping[str, Any]

INTRODUCTION = """\
# The demonstration's models

Made by `make demo-models` from the tables in `medportal/demo/data/tables/`; this page is written by
the same command. Every figure comes from rows that the model in question had not seen: repeated
cross-validation of the whole recipe (filling in, scaling, penalty and calibrator learnt anew in
every fold). The 95 % intervals are of these predictions among other patients of the same kind (all
patients drawn again, so that events vary in number too; how often they hold:
`docs/mechanisms/intervals.md`); a model that had learnt from other patients would differ by more.
Who is better is told by the difference on the same patients, not by whether two intervals overlap.
All models of a service used the same rows and folds. The shipped model is then refitted on all rows
but those of the demonstration patients. None is validated for anybody's patients.
"""

SHOWN = (
    ("auroc", "AUROC"), ("auprc", "AUPRC"), ("accuracy", "accuracy"), ("recall", "recall"),
    ("specificity", "specificity"), ("f1", "F1"), ("brier", "Brier"),
    ("calibration_slope", "calibration slope"), ("calibration_intercept", "calibration intercept"),
)  # fmt: skip


def interval(entry: Mapping[str, float | None], digits: int = 3) -> str:
    """Return a metric as value and interval."""
    if entry["value"] is None:
        return "not known"
    if entry["lower"] is None or entry["upper"] is None:
        return f"{entry['value']:.{digits}f}"
    value, lower, upper = (f"{entry[k]:.{digits}f}" for k in ("value", "lower", "upper"))
    return f"{value} ({lower} to {upper})"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _metrics(manifests: Mapping[str, Manifest]) -> str:
    head = ["service", "n", "events", *[title for _, title in SHOWN], "flagged at"]
    rows = []
    for slug, manifest in manifests.items():
        measured = manifest["evaluation"]
        cells = [interval(manifest["metrics"][name]) for name, _ in SHOWN]
        if not measured["calibration_known"]:
            cells[-2] += " †"
        at = f"{measured['threshold']:.0%}"
        rows.append([f"`{slug}`", str(measured["rows"]), str(measured["events"]), *cells, at])
    return markdown(head, rows)


def _rivals(manifests: Mapping[str, Manifest]) -> str:
    head = ["service", "what", "AUROC", "Brier", "the shipped model's AUROC is higher by", "so"]
    rows = []
    for slug, manifest in manifests.items():
        own = manifest["metrics"]
        rows.append(
            [
                f"`{slug}`",
                "**shipped model**",
                interval(own["auroc"]),
                interval(own["brier"]),
                "",
                "",
            ]
        )
        for rival in manifest["comparators"]:
            figures = rival["metrics"]
            rows.append(
                [
                    "",
                    rival["label"]["en"],
                    interval(figures["auroc"]),
                    interval(figures["brier"]),
                    interval(rival["difference"]),
                    rival["verdict"].replace("-", " "),
                ]
            )
    return markdown(head, rows)


def _named(manifests: Mapping[str, Manifest], code: str, verdicts: Sequence[str]) -> list[str]:
    return [
        f"`{slug}`"
        for slug, manifest in manifests.items()
        for rival in manifest["comparators"]
        if rival["code"] == code and rival["verdict"] in verdicts
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def _losses(manifests: Mapping[str, Manifest]) -> str:
    """Say in words who loses against whom: the verdicts of ``card.verdict``."""
    lines = [
        f"- Classic network, raw inputs: worse than the shipped logistic model on "
        f"{_listed(_named(manifests, 'network-raw', ['gain']))}; better on "
        f"{_listed(_named(manifests, 'network-raw', ['loss']))}.",
        f"- Classic network, scaled inputs and calibrated: worse on "
        f"{_listed(_named(manifests, 'network', ['gain']))}; better on "
        f"{_listed(_named(manifests, 'network', ['loss']))}.",
        f"- Gradient boosting: worse on "
        f"{_listed(_named(manifests, 'boosting', ['gain']))}; better on "
        f"{_listed(_named(manifests, 'boosting', ['loss']))}.",
        f"- No gain shown over the usual single test or score: "
        f"{_listed(_named(manifests, 'usual', ['no-gain', 'loss']))}.",
        f"- No gain shown over age and sex: "
        f"{_listed(_named(manifests, 'age-sex', ['no-gain', 'loss']))}.",
    ]
    said = (
        "Worse or better: the 95 % interval of the difference of AUROC on the same patients leaves"
    )
    said += f" out 0, and the difference is at least {SMALLEST_GAIN}.\n\n"
    return said + "\n".join(lines) + "\n"


def _censoring(manifests: Mapping[str, Manifest]) -> str:
    head = [
        "service",
        "outcome unknown",
        "event rate, weighted",
        "left out",
        "AUROC, weighted",
        "left out",
    ]
    rows = []
    for slug, manifest in manifests.items():
        facts = manifest["evaluation"]["censoring"]
        if facts is None:
            continue
        rows.append(
            [
                f"`{slug}`",
                str(facts["unknown_outcomes"]),
                f"{manifest['training']['rate']:.4f}",
                f"{facts['unweighted_rate']:.4f}",
                interval(manifest["metrics"]["auroc"], 4),
                interval(facts["unweighted_metrics"]["auroc"], 4),
            ]
        )
    return markdown(head, rows)


def _bands(manifests: Mapping[str, Manifest]) -> str:
    head = ["service", "events of patients in each band, lowest band first"]
    rows = []
    for slug, manifest in manifests.items():
        counts = " · ".join(f"{b['events']} of {b['n']}" for b in manifest["bands"])
        rows.append([f"`{slug}`", counts or "no bands"])
    return markdown(head, rows)


def _directions(manifests: Mapping[str, Manifest]) -> str:
    lines = [
        f"- `{slug}`: {report['feature']}: expected «{report['expected']}», the model "
        f"says «{report['actual']}» ({report['effect']:+.3f} from end to end)."
        for slug, manifest in manifests.items()
        for report in manifest["directions"]
        if report["contradiction"]
    ]
    return ("\n".join(lines) or "None.") + "\n"


def _subgroups(manifests: Mapping[str, Manifest]) -> str:
    head = ["service", "who", "n", "events", "AUROC", "calibration intercept"]
    rows = []
    for slug, manifest in manifests.items():
        for group in manifest["subgroups"]:
            figures = group["metrics"]
            rows.append(
                [
                    f"`{slug}`",
                    group["label"]["en"],
                    str(group["n"]),
                    str(group["events"]),
                    interval(figures["auroc"]),
                    interval(figures["calibration_intercept"]),
                ]
            )
    return markdown(head, rows)


def _held_out(manifests: Mapping[str, Manifest]) -> str:
    head = ["service", "rows", "events", "mean probability", "AUROC", "Brier"]
    rows = []
    for slug, manifest in manifests.items():
        check = manifest["held_out"]
        figures = check["metrics"]
        rows.append(
            [
                f"`{slug}`",
                str(check["rows"]),
                str(check["events"]),
                f"{check['mean_probability']:.3f}",
                interval(figures["auroc"]),
                interval(figures["brier"]),
            ]
        )
    return markdown(head, rows)


KINDS = {
    "tenfold": "× 10", "tenth": "÷ 10", "other_unit": "other unit",
    "same_unit_tenfold": "all of one unit × 10", "same_unit_tenth": "all of one unit ÷ 10",
    "swapped": "two swapped", "other_people": "each from somebody else",
}  # fmt: skip


def _unlike(manifests: Mapping[str, Manifest]) -> str:
    """Say what the measure of unlikeness refuses, of real rows and of planted mistakes."""
    head = ["service", "held-out rows refused", *KINDS.values(), "demonstration rows refused"]
    rows = []
    for slug, manifest in manifests.items():
        found, own = manifest["novelty"], manifest["held_out"]
        share = found["refused"]
        refused = f"{share['value']:.1%} ({share['lower']:.1%} to {share['upper']:.1%})"
        cells = [_caught(found["planted"], kind) for kind in KINDS]
        rows.append([f"`{slug}`", refused, *cells, f"{own['unlike_training']} of {own['rows']}"])
    return markdown(head, rows)


def _caught(planted: Sequence[Mapping[str, Any]], kind: str) -> str:
    ours = [one for one in planted if one["kind"] == kind]
    rows = sum(one["rows"] for one in ours)
    return f"{sum(one['caught'] for one in ours) / rows:.0%} of {rows}" if rows else "–"


def page(manifests: Mapping[str, Manifest]) -> str:
    """Return the whole page in Markdown."""
    return "\n".join(
        [
            INTRODUCTION,
            "## Metrics\n",
            _metrics(manifests),
            "† fewer than 100 events: the slope is imprecise; read its interval.\n",
            "## Against simpler and other models, on the same folds\n",
            _rivals(manifests),
            "## Where the network loses, and what brings nothing\n",
            _losses(manifests),
            "## Bands\n",
            _bands(manifests),
            "## Directions against expectation\n",
            _directions(manifests),
            "## Subgroups\n",
            _subgroups(manifests),
            "## Input unlike the training data\n",
            "Refused before a number is computed (`unlike_training`): by the measure of "
            "`docs/decisions/0055-unlike-training.md`, at a threshold that refuses at most 1 % of "
            "rows which it had not seen. The mistakes were planted into held-out rows and left "
            "every single value inside its limits; what a limit stops is not counted.\n",
            _unlike(manifests),
            "## Outcomes lost to follow-up\n",
            "Weighted by the inverse probability of being followed, and, for comparison, with "
            "these people left out.\n",
            _censoring(manifests),
            "## The demonstration's own rows\n",
            "Never used in training; few, so the intervals are wide. `pbc-prognosis`: at entry.\n",
            _held_out(manifests),
        ]
    )
