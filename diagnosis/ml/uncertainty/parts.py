"""What one prediction does not know, split into what more data could fix and what it could not.

The refits on bootstrap resamples (``Artifact.refit_probabilities``) disagree where the training
patients were too few to settle the question: that part more patients would remove. What each refit
itself leaves open, by giving neither 0 nor 1, stays: with these inputs nobody could tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Uncertainty:
    """The uncertainty of n predictions of a yes or no, (n,) each.

    Attributes
    ----------
    mean : ndarray
        Mean probability of the refits.
    total, irreducible, reducible : ndarray
        In bits: entropy of the mean, expected entropy of the refits (aleatoric), and their
        difference, the mutual information of outcome and refit (epistemic).
    variance, irreducible_variance, reducible_variance : ndarray
        The same by the law of total variance: ``p (1 - p)`` of the mean, expected ``p (1 - p)``,
        and the variance of the probability over the refits.
    spread : ndarray
        Standard deviation of the probability over the refits.
    """

    mean: Floats
    total: Floats
    irreducible: Floats
    reducible: Floats
    variance: Floats
    irreducible_variance: Floats
    reducible_variance: Floats

    @property
    def spread(self) -> Floats:
        """Standard deviation of the probability over the refits."""
        return np.asarray(np.sqrt(self.reducible_variance))

    @property
    def share_reducible(self) -> Floats:
        """Which share of the total (in bits) more patients could remove; 0 where all is sure."""
        return np.divide(
            self.reducible, self.total, out=np.zeros_like(self.total), where=self.total > 0
        )


def split(refits: ArrayLike) -> Uncertainty:
    """Split the uncertainty of predictions by their refits.

    Parameters
    ----------
    refits : (n, R) array
        Probabilities of n rows by R refits; one row may be given as (R,).

    Returns
    -------
    Uncertainty

    Raises
    ------
    ValueError
        There are fewer than two refits, or a probability lies outside 0 to 1.

    Notes
    -----
    Depeweg et al., ICML 2018; Hüllermeier and Waegeman, Machine Learning 2021;110:457-506. The
    epistemic part is that of the sample alone, within one kind of model and one set of inputs: a
    model that is wrong everywhere alike, or a missing input, does not show in it. So it is the
    least that could be gained, never the most.
    """
    p = np.asarray(refits, dtype=np.float64)
    p = p[None] if p.ndim == 1 else p
    if p.ndim != 2 or p.shape[1] < 2:
        raise ValueError(f"A split needs at least two refits, (n, R); these are {p.shape}.")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("A refit's probability lies outside 0 to 1.")
    mean = p.mean(axis=1)
    total, irreducible = entropy(mean), entropy(p).mean(axis=1)
    inside = (p * (1 - p)).mean(axis=1)
    variance = p.var(axis=1)
    return Uncertainty(
        mean=mean,
        total=total,
        irreducible=irreducible,
        reducible=np.maximum(total - irreducible, 0.0),
        variance=inside + variance,
        irreducible_variance=inside,
        reducible_variance=variance,
    )


def entropy(p: Floats) -> Floats:
    """Return the entropy of yes or no with probability ``p``, in bits; 0 for 0 and 1."""
    parts = [np.where(q > 0, q * np.log2(np.where(q > 0, q, 1.0)), 0.0) for q in (p, 1 - p)]
    return np.asarray(-(parts[0] + parts[1]))
