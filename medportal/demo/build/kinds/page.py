"""The part of ``docs/models.md`` on models of other kinds: what each reaches, and beside what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medportal.demo.build.report import interval, markdown

Manifest = Mapping[str, Any]

INTRODUCTION = """\
# Other kinds of answer

Made by the same command, on the same terms: every figure is of rows that the model had not seen,
with its 95 % interval (`docs/mechanisms/intervals.md`); the simple models beside used
the same folds; «higher by» is of the same patients. Sets and ranges:
`docs/decisions/0137-sets-and-ranges.md`; «coverage» is of rows that neither fitted, calibrated nor
set the quantile.
"""
SHOWN = {
    "regression": ("mae", "rmse", "within_10", "bias", "lower_limit", "upper_limit", "r2"),
    "multiclass": ("rps", "rps_base", "brier", "brier_base", "auroc", "kappa"),
    "multilabel": ("auprc", "auroc", "brier"),
}
TITLES = {
    "mae": "mean absolute error", "rmse": "RMSE", "within_10": "within 10 %", "bias": "bias",
    "lower_limit": "lower limit of agreement", "upper_limit": "upper limit of agreement",
    "r2": "R²", "rps": "ranked probability score", "rps_base": "that of the base rates",
    "brier": "Brier", "brier_base": "that of the base rates", "auroc": "AUROC (macro)",
    "auprc": "average precision (macro)", "kappa": "quadratic kappa of the median class",
}  # fmt: skip
REMARKS = {
    "body-weight": """\
Estimated, not measured: weigh as soon as possible. Linear wins: boosting is worse, and the penalty
brings nothing. What the tape adds is the difference from height alone. **The lesson is in the
coverage**: a range that is as wide for everybody holds less often in heavy people, who are
estimated too light, and in older ones. By the true weight part of that is regression to the mean;
so the index by the estimated weight stands beside. 507 young, lean, active people: no ward.
""",
    "pbc-stage": """\
The honest weak example: of three stages two stay possible in half of the patients and all three in
nearly as many, for whom no band is drawn. The persons of `pbc-prognosis` are held out here, too. An
AUROC above 0.85 for stage 4 would be a leak.
""",
    "thyroid-report": """\
Which comment a laboratory of 1984 to 1987 would have printed: the label is a rule over these very
tests, written by an expert system, and the AUROC says little: read average precision and who is
flagged, right and missed. **A rule suffices**: for the two labels that it names (of eight, so that
its means say nothing) two lines find as many. The shipped network draws such lines far better than
one logistic regression a label, which cannot; boosting draws them better still, and says so below.
The free thyroxine index is total T4 by uptake: it is no input beside the two (the network reaches
the same without it), and nobody is asked for it. No column says who a person is: neighbours of one
day that look alike share a fold, and some repeats cannot be found. «X|Y» of the table reads Y.
""",
}


def _compared(manifest: Manifest) -> str:
    kind = manifest["task"]["kind"]
    names = SHOWN[kind]
    rivals = manifest["comparators"]
    metric = rivals[0]["difference"]["metric"]
    head = ["what", *(TITLES[name] for name in names), f"the model's {TITLES[metric]} is higher by"]
    own = [interval(manifest["metrics"][name]) for name in names]
    rows = [["**shipped model**", *own, ""]]
    for rival in rivals:
        figures = [interval(rival["metrics"][name]) for name in names]
        apart = f"{interval(rival['difference'])}: {rival['verdict'].replace('-', ' ')}"
        rows.append([rival["label"]["en"], *figures, apart])
    return markdown([*head[:-1], f"{head[-1]}; so"], rows)


def _estimates(manifest: Manifest) -> str:
    found = manifest.get("estimates")
    if not found:
        return ""
    head = ["estimate", "events of rows", "base rate", "AUROC", "average precision",
            "expected / observed", "calibration slope",
            "flagged, right, missed at 90 % sensitivity"]  # fmt: skip
    rows = []
    for name, one in found.items():
        metrics, flagged = one["metrics"], one["flagged"]
        slope = metrics.get("calibration_slope")
        counts = "–"
        if flagged is not None:
            counts = f"{flagged['flagged']}, {flagged['right']}, {flagged['missed']}"
        rows.append(
            [
                f"`{name}`", f"{one['events']} of {one['rows']}", f"{one['rate']:.1%}",
                interval(metrics["auroc"]), interval(metrics["auprc"]),
                interval(metrics["expected_observed"], 2),
                "under 100 events" if slope is None else interval(slope, 2), counts,
            ]
        )  # fmt: skip
    return markdown(head, rows)


def _areas(manifest: Manifest) -> str:
    """Return the AUROC of every estimate, of the model and of each rival."""
    found = manifest.get("estimates")
    if not found:
        return ""
    rows = [["**shipped model**", *(interval(one["metrics"]["auroc"]) for one in found.values())]]
    for rival in manifest["comparators"]:
        areas = [interval(rival["estimates"][name]["auroc"]) for name in found]
        rows.append([rival["label"]["en"], *areas])
    return markdown(["AUROC", *(f"`{name}`" for name in found)], rows)


def _coverage(manifest: Manifest) -> str:
    entry = manifest.get("conformal")
    if entry is None:
        return ""
    unit = manifest["task"].get("unit", "classes" if entry["kind"] == "set" else "")
    size = f"mean size {entry['mean_size']:.2f} {unit}"
    opened = "" if entry["all_open"] is None else f"; {entry['all_open']:.0%} leave all open"
    said = f"{entry['kind'].capitalize()}s at {entry['level']:.0%}: {size}{opened}; verdict: "
    rows = [["all", *_held(entry["coverage"])]]
    rows += [[_who(group), *_held(group)] for group in (*entry["classes"], *entry["subgroups"])]
    named = ", ".join(_who(group) for group in entry["missed"]) or "nobody"
    table = markdown(["who", "coverage (exact 95 % interval)", "rows"], rows)
    missed = f"Wholly more than ten points below the level: {named}.\n"
    return f"{said}{entry['verdict']}.\n\n{table}\n{missed}"


def _held(found: Mapping[str, Any]) -> list[str]:
    return [interval(found, 2), f"{found['held']} of {found['rows']}"]


def _who(group: Mapping[str, Any]) -> str:
    if "label" in group:
        return str(group["label"]["en"])
    if "code" in group:
        return f"{group['by']} {group['code']}"
    low, high = (None if group.get(end) is None else f"{group[end]:.1f}" for end in ("low", "high"))
    ends = f"under {high}" if low is None else f"{low} and over"
    return f"{group['by']} {ends if low is None or high is None else f'{low} to {high}'}"


def _held_out(manifest: Manifest) -> str:
    check = manifest["held_out"]
    names = SHOWN[manifest["task"]["kind"]]
    told = "; ".join(f"{TITLES[name]} {interval(check['metrics'][name])}" for name in names)
    return f"Demonstration rows, never trained on: {check['rows']}; {told}.\n"


def section(slug: str, manifest: Manifest) -> str:
    """Return the section of one service."""
    rows = manifest["training"]["rows"]
    parts = [
        f"## `{slug}`: {manifest['task']['kind']}, {rows} rows\n", REMARKS[slug],
        _compared(manifest), _areas(manifest), _estimates(manifest), _coverage(manifest),
        *(_further(table) for table in manifest.get("further", ())), _held_out(manifest),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _further(table: Mapping[str, Any]) -> str:
    """Return a table that a study made for itself."""
    return f"{table['title']}\n\n{markdown(table['head'], table['rows'])}"


def page(manifests: Mapping[str, Manifest]) -> str:
    """Return the whole part; nothing where there is no such model."""
    if not manifests:
        return ""
    return "\n".join([INTRODUCTION, *(section(slug, one) for slug, one in manifests.items())])
