"""How a model is made: its layers, its numbers, what each input weighs, in plain entries.

Pure NumPy over a ``Fitted`` and the background rows; what comes out is JSON, names and
numbers only, and no row of a patient.
"""

from diagnosis.ml.families.structure.describing import describe

__all__ = ["describe"]
