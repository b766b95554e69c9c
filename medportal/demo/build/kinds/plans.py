"""Which services of other kinds there are: one module and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from medportal.demo.build.kinds import body_weight, pbc_stage, thyroid_report
from medportal.demo.build.kinds.study import KindPlan

KINDS: Mapping[str, KindPlan] = {
    body_weight.SLUG: body_weight.PLAN,
    pbc_stage.SLUG: pbc_stage.PLAN,
    thyroid_report.SLUG: thyroid_report.PLAN,
}
