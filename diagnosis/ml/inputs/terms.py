"""The small parts of a feature: where it is found, its categories, what was found about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from diagnosis.ml.errors import SchemaError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Text = Mapping[str, str]  # {"en": …, "zh-Hans": …}
SOURCES = ("patient", "observation", "derived", "condition", "ask")


def only_known(cls: type, given: Mapping[str, Any]) -> None:
    """Raise SchemaError where a mapping holds fields that a class does not have."""
    unknown = sorted(set(given) - {f.name for f in fields(cls)})
    if unknown:
        raise SchemaError(f"Unknown {cls.__name__.lower()} fields: {', '.join(unknown)}.")


_ALWAYS = ("kind", "unit", "required", "direction")  # written even at their default


def plain_feature(feature: DataclassInstance) -> dict[str, Any]:
    """Return what JSON can hold of a feature; most fields at their default are left out."""
    pairs = ((f.name, getattr(feature, f.name), _default(f)) for f in fields(feature))
    return {name: _plain(v) for name, v, default in pairs if v != default or name in _ALWAYS}


def _plain(value: Any) -> Any:
    if isinstance(value, (Source, Category)):
        return plain_feature(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _default(spec: Field[Any]) -> Any:
    return spec.default if spec.default_factory is MISSING else spec.default_factory()


@dataclass(frozen=True)
class Source:
    """One place where a feature's value is found; a feature has an ordered list of them.

    ``kind`` is ``patient`` (code ``age`` or ``sex``), ``observation``, ``derived`` (code ``bmi``:
    computed from height and weight), ``condition`` or ``ask``; ``units`` are the UCUM units
    expected there; ``component`` says that the code is a component of a panel;
    ``look_back_days`` overrides that of the feature; ``above`` turns a measured number in the
    source's unit into the yes or no of a boolean feature (yes: strictly above it).
    """

    kind: str
    system: str = ""
    code: str = ""
    units: tuple[str, ...] = ()
    look_back_days: int | None = None
    component: bool = False
    above: float | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that no reader knows."""
        if self.kind not in SOURCES:
            raise SchemaError(f"Unknown source kind {self.kind!r}; known: {', '.join(SOURCES)}.")

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Source:
        """Read back what ``to_dict`` of the schema wrote."""
        only_known(cls, given)
        return cls(**{**given, "units": tuple(given.get("units", ()))})


@dataclass(frozen=True)
class Category:
    """One value of a category: ``code`` in the matrix, ``value`` in REST, chart and forms."""

    code: int
    value: str
    label: Text

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Category:
        """Read back what ``to_dict`` of the schema wrote."""
        only_known(cls, given)
        return cls(code=int(given["code"]), value=str(given["value"]), label=dict(given["label"]))


def role_of_before(family: Text | None) -> str | None:
    """What schemas without roles said by a label; those are signed, so they stay as written."""
    return "history" if family and family.get("en") == "History" else None


YES_NO = (
    Category(0, "no", {"en": "No", "zh-Hans": "否"}),
    Category(1, "yes", {"en": "Yes", "zh-Hans": "是"}),
)


@dataclass(frozen=True)
class Suggestion:
    """Another unit in which a value would make sense."""

    value: float
    unit: str
    converted: float
    feature_unit: str
    decimals: int = 0

    @property
    def text(self) -> str:
        """The question to ask, in English."""
        there = f"{self.converted:.{self.decimals}f} {self.feature_unit}"
        return f"did you mean {self.value:g} {self.unit} = {there}?"


@dataclass(frozen=True)
class Finding:
    """Something about one value of one row; the row is answered all the same.

    ``code`` is one of ``unseen_category``, ``out_of_bounds``, ``infinite``, ``required_missing``,
    ``not_a_number``, ``unknown_feature``, ``unknown_unit``, ``unit_missing``, ``outside_limits``,
    ``not_whole``, and for the row as a whole ``unlike_training``.
    ``message`` never repeats the value itself.
    """

    code: str
    feature: str
    message: str
    pointer: str | None = None
