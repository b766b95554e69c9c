"""Which inputs moved an estimate, in the units of the estimate itself.

Interventional Shapley values of the calibrated probability, one player per raw feature: absent
features come from a row of real reference patients.
"""

from diagnosis.ml.explain.explanation import Explanation
from diagnosis.ml.explain.shapley import plan, shapley_values

__all__ = ["Explanation", "plan", "shapley_values"]
