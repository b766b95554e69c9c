"""What a result leaves open: other models, what more data could fix, and the sets and ranges."""

from diagnosis.ml.uncertainty.parts import Uncertainty, entropy, split

__all__ = ["Uncertainty", "entropy", "split"]
