"""What each layer of a model does, in one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diagnosis.portal.words.figures import figures
from medportal.common import signs

Entry = Mapping[str, Any]


def title(layer: Entry, *, is_deep: bool) -> str:
    """How a layer is called; a regression has a weighted sum and no hidden layer."""
    kind = layer["kind"]
    if kind == "dense":
        return _("Hidden layer {number}").format(number=layer["number"])
    if kind == "score":
        return _("Output layer") if is_deep else _("Weighted sum")
    return {
        "inputs": _("Raw inputs"),
        "preprocessing": _("Preprocessing"),
        "calibration": _("Calibration"),
        "result": _("Result") if layer.get("meaning") == "number" else _("Probability"),
    }[kind]


def shape(layer: Entry) -> str:
    """«18 → 16, 304 learnt numbers»."""
    if layer["kind"] == "inputs":
        n = layer["outputs"]
        return ngettext("{n} input", "{n} inputs", n).format(n=n)
    text = f"{layer['inputs']} \u2192 {layer['outputs']}"
    learnt = layer.get("parameters", 0)
    if not learnt:
        return text
    said = ngettext("{n} learnt number", "{n} learnt numbers", learnt).format(n=learnt)
    return f"{text}{signs.clause_comma()}{said}"


def sentence(layer: Entry, *, is_deep: bool) -> str:
    """What happens in a layer, for readers who build none."""
    if layer["kind"] == "score":
        return _score(layer, is_deep=is_deep)
    return _SENTENCES[layer["kind"]](layer)


def _inputs(_layer: Entry) -> str:
    return _("The values as the chart gives them, in the units of the service.")


def _dense(layer: Entry) -> str:
    return _(
        "Each of the {outputs} units adds up {inputs} numbers with weights of its own, and "
        "passes the sum on only where it is above zero."
    ).format(**layer)


def _preprocessing(layer: Entry) -> str:
    parts = [
        _(
            "Missing values are filled in and extreme ones held at an edge; numbers are put on "
            "one scale, skewed ones as their logarithm first."
        )
    ]
    if layer["codes"]:
        parts.append(_("Each answer of a category becomes a column of yes or no."))
    if layer["flags"]:
        n = layer["flags"]
        parts.append(
            ngettext(
                "{n} column says whether a value was missing.",
                "{n} columns say whether a value was missing.",
                n,
            ).format(n=n)
        )
    return " ".join(parts)


def _score(layer: Entry, *, is_deep: bool) -> str:
    if not is_deep:
        return _(
            "Each column is multiplied by its learnt weight; together with a constant they add up "
            "to the score. Every input weighs the same in every patient: a logistic regression."
        )
    return _(
        "The {inputs} answers of the layer before are weighted and added up to the score. What an "
        "input weighs depends on the other inputs of the patient."
    ).format(**layer)


_AS_THEY_ARE = {
    "none": gettext_lazy("The score is used as it is."),
    "log_hazard": gettext_lazy("Each score is the logarithm of a hazard and becomes its log-odds."),
}


def _calibration(layer: Entry) -> str:
    kind = layer["calibration"]
    if kind == "isotonic":
        return _(
            "A rising curve with {n} corners turns the score into the probability that patients "
            "with such a score had, none of whom the model had learnt from."
        ).format(n=len(layer["scores"]))
    if kind in _AS_THEY_ARE:
        return str(_AS_THEY_ARE[kind])
    if layer["outputs"] > 1 and kind == "platt":
        return _(
            "Each score is multiplied by a number and another is added, so that as many have the "
            "event as are expected to."
        )
    numbers = {
        "slope": figures(layer["slope"][0]),
        "intercept": figures((layer.get("intercept") or [0])[0]),
    }
    if kind == "temperature":
        return _(
            "The scores are multiplied by {slope}, so that they do not promise too much."
        ).format(**numbers)
    return _(
        "The score is multiplied by {slope} and {intercept} is added, so that among patients who "
        "are told 20 % about 20 in 100 have the event."
    ).format(**numbers)


def _result(layer: Entry) -> str:
    meaning = layer["meaning"]
    if meaning == "number":
        return _("The score is the predicted number.")
    if meaning == "softmax":
        return _("The scores become probabilities that add up to 100 %.")
    if meaning == "cumulative_risk":
        return _(
            "Each score is the log-odds of the event in one interval of time, for who is still "
            "without it. Who is left after all intervals up to a time is free of it; the rest is "
            "the risk."
        )
    return _(
        "The calibrated score is the logarithm of the odds; the S-shaped logistic curve turns it "
        "into a probability between 0 % and 100 %."
    )


_SENTENCES = {
    "inputs": _inputs,
    "preprocessing": _preprocessing,
    "dense": _dense,
    "calibration": _calibration,
    "result": _result,
}


def summary(made_of: Entry) -> str:
    """The whole model in one line."""
    hidden = [layer["outputs"] for layer in made_of["layers"] if layer["kind"] == "dense"]
    learnt = made_of["parameters"]
    if not hidden:
        return _("A logistic regression with {n} learnt numbers in all.").format(n=learnt)
    sizes = signs.comma().join(map(str, hidden))
    return ngettext(
        "A neural network with {layers} hidden layer ({sizes} units); {n} learnt numbers in all.",
        "A neural network with {layers} hidden layers ({sizes} units); {n} learnt numbers in all.",
        len(hidden),
    ).format(layers=len(hidden), sizes=sizes, n=learnt)


def dead(layer: Entry, rows: int) -> str:
    """Which units never answer, said so that nobody has to know what a unit is."""
    numbers = layer.get("dead") or []
    if not numbers:
        return ""
    n = len(numbers)
    named = signs.comma().join(str(number + 1) for number in numbers)
    return ngettext(
        "{n} of {all} units (number {named}) answers for none of the {rows} patients: it adds "
        "nothing to any of their results.",
        "{n} of {all} units (numbers {named}) answer for none of the {rows} patients: they add "
        "nothing to any of their results.",
        n,
    ).format(n=n, all=layer["outputs"], named=named, rows=rows)
