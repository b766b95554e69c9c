"""Groups of patients whose estimates have the same reasons: k-means on attributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.intp]

MOST_NAMED = 3
_STARTS, _ROUNDS = 8, 100
_MOST_TRIED = 500  # rows on which the starts are tried and the silhouette is computed
_SHARE_NAMED = 0.15  # of what sets a group apart: less does not characterise it
_CANDIDATES = 100  # rows nearest to the centre that may be the example of a group


@dataclass(frozen=True)
class Group:
    """Patients with alike reasons.

    Attributes
    ----------
    rows : (size,) array of int
        Which patients, in the order of the table.
    medoid : int
        The patient who is nearest to all the others of the group: its example.
    centre : (d,) array
        Mean attribution of each feature in the group.
    characteristic : tuple of (feature, difference)
        Up to three features that set the group apart, the strongest first, with how much higher
        or lower their mean attribution is than that of the whole cohort.
    """

    rows: Index
    medoid: int
    centre: Floats
    characteristic: tuple[tuple[int, float], ...]

    @property
    def size(self) -> int:
        """Number of patients."""
        return len(self.rows)


@dataclass(frozen=True)
class Grouping:
    """The groups of a cohort, the greatest first.

    ``labels`` (n,) says which group a patient is in; ``silhouette`` is the mean silhouette of
    the division, from -1 to 1, NaN where the cohort is one group.
    """

    groups: tuple[Group, ...]
    labels: Index
    silhouette: float


def clusters(
    attributions: ArrayLike,
    *,
    most: int = 6,
    smallest: int = 5,
    least_silhouette: float = 0.25,
    seed: int = 0,
) -> Grouping:
    """Divide patients by the reasons of their estimates.

    Parameters
    ----------
    attributions : (n, d) array
        One row a patient. All features are in one unit already, so nothing is scaled.
    most : int
        Greatest number of groups tried.
    smallest : int
        A division with a smaller group is not taken.
    least_silhouette : float
        A division less clear than this is none: the cohort is one group. Below 0.25 there is no
        substantial structure (Kaufman and Rousseeuw 1990).
    seed : int
        Seed of the starts; the same table and seed give the same groups.

    Raises
    ------
    ValueError
        There is no row, or an attribution is no number.

    Notes
    -----
    Lloyd's k-means from k-means++ starts (Arthur and Vassilvitskii 2007), the number of groups by
    the mean silhouette (Rousseeuw 1987). Starts are tried on up to 500 rows, the division is that
    of all. Clustering explanations: Lundberg et al. (2020).
    """
    points = np.asarray(attributions, dtype=np.float64)
    if points.ndim != 2 or len(points) == 0 or not np.isfinite(points).all():
        raise ValueError("Groups need at least one row of numbers, (n, d).")
    rng = np.random.default_rng(seed)
    tried = np.sort(rng.permutation(len(points))[:_MOST_TRIED])
    distances = np.sqrt(_squares(points[tried], points[tried]))
    labels, clearest = np.zeros(len(points), dtype=np.intp), float("nan")
    for k in range(2, min(most, len(points) // max(1, smallest)) + 1):
        divided, _centres, _spread = _lloyd(points, _k_means(points[tried], k, rng))
        if np.bincount(divided, minlength=k).min() < smallest:
            continue
        clear = silhouette(distances, divided[tried])
        if clear >= least_silhouette and not clear <= clearest:
            labels, clearest = divided, clear
    return _grouping(points, labels, clearest)


def silhouette(distances: Floats, labels: Index) -> float:
    """Return the mean silhouette of a division, from the distances (n, n) of its rows.

    A row alone in its group counts 0; one group only has no silhouette (NaN).
    """
    known, which = np.unique(labels, return_inverse=True)
    if len(known) < 2:
        return float("nan")
    members = np.eye(len(known))[which]
    sums, sizes = distances @ members, members.sum(axis=0)
    rows, own_size = np.arange(len(labels)), sizes[which]
    own = sums[rows, which] / np.maximum(own_size - 1, 1)
    others = sums / sizes
    others[rows, which] = np.inf
    nearest = others.min(axis=1)
    widest = np.maximum(own, nearest)
    each = np.divide(nearest - own, widest, out=np.zeros(len(own)), where=widest > 0)
    return float(np.where(own_size > 1, each, 0.0).mean())


def _squares(a: Floats, b: Floats) -> Floats:
    """Return squared distances (len(a), len(b))."""
    found = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * a @ b.T
    return np.asarray(np.maximum(found, 0.0))


def _k_means(points: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Return the centres of the tightest of a few runs."""
    best, tightest = points[:k], np.inf
    for _ in range(_STARTS):
        _labels, centres, spread = _lloyd(points, _starts(points, k, rng))
        if spread < tightest:
            best, tightest = centres, spread
    return best


def _starts(points: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Return k rows, each drawn with a chance that grows with its distance from those before."""
    chosen = [int(rng.integers(len(points)))]
    for _ in range(k - 1):
        far = _squares(points, points[chosen]).min(axis=1)
        total = far.sum()
        chances = far / total if total > 0 else None
        chosen.append(int(rng.choice(len(points), p=chances)))
    return points[chosen]


def _lloyd(points: Floats, centres: Floats) -> tuple[Index, Floats, float]:
    """Return labels, centres and the sum of squares around them, when nothing moves any more."""
    squares = _squares(points, centres)
    labels = squares.argmin(axis=1)
    for _ in range(_ROUNDS):
        members = np.eye(len(centres))[labels]
        counts = members.sum(axis=0)
        moved = members.T @ points / np.maximum(counts, 1)[:, None]
        centres = np.where(counts[:, None] > 0, moved, centres)
        squares = _squares(points, centres)
        now = squares.argmin(axis=1)
        if np.array_equal(now, labels):
            break
        labels = now
    return labels, centres, float(squares.min(axis=1).sum())


def _grouping(points: Floats, labels: Index, clear: float) -> Grouping:
    """Put the greatest group first and describe each."""
    known, sizes = np.unique(labels, return_counts=True)
    order = known[np.argsort(-sizes, kind="stable")]
    renamed = np.argsort(order)[np.searchsorted(known, labels)]
    everyone = points.mean(axis=0)
    groups = (_group(points, np.flatnonzero(labels == name), everyone) for name in order)
    return Grouping(tuple(groups), renamed, clear)


def _group(points: Floats, rows: Index, everyone: Floats) -> Group:
    inside = points[rows]
    centre = inside.mean(axis=0)
    near = np.argsort(_squares(inside, centre[None])[:, 0], kind="stable")[:_CANDIDATES]
    total = np.sqrt(_squares(inside[near], inside)).sum(axis=1)
    example = int(rows[near[total.argmin()]])
    return Group(rows, example, centre, _characteristic(centre - everyone))


def _characteristic(apart: Floats) -> tuple[tuple[int, float], ...]:
    sizes = np.abs(apart)
    least = _SHARE_NAMED * float(sizes.sum())
    strongest = np.argsort(-sizes, kind="stable")[:MOST_NAMED]
    return tuple((int(j), float(apart[j])) for j in strongest if sizes[j] > 0 and sizes[j] >= least)
