"""Tables: reading them, guessing their features, and leaving out what no model should see."""

from diagnosis.ml.learning.tables.columns import TableWarning, plain, plain_table
from diagnosis.ml.learning.tables.features import (
    MIXED,
    identifiers,
    infer_features,
    infer_schema,
    left_out,
    named,
    need_columns,
    strays,
    tells_of_a_row,
    unusable,
)
from diagnosis.ml.learning.tables.files import read_table

__all__ = [
    "MIXED",
    "TableWarning",
    "identifiers",
    "infer_features",
    "infer_schema",
    "left_out",
    "named",
    "need_columns",
    "plain",
    "plain_table",
    "read_table",
    "strays",
    "tells_of_a_row",
    "unusable",
]
