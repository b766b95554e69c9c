"""What the readers of single resources hand over, one piece after the other."""

from __future__ import annotations

from diagnosis.records.incoming import ChartFact, LeftOut, Observed, Withdrawn

Piece = Observed | ChartFact | Withdrawn | LeftOut
