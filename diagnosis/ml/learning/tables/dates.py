"""Days and times in a column: as such, as text in any spelling, as whole numbers."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

MOSTLY = 0.9  # of the cells: one slip of the pen does not make words of dates
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"([ T]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([ap]m|z|utc|[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(
    rf"((19|20)\d\d(?P<a>[-/.])\d{{1,2}}((?P=a)\d{{1,2}})?{_CLOCK}"  # 2024-01-31, 2024/1
    rf"|\d{{1,2}}(?P<b>[-/.])\d{{1,2}}(?P=b)(19|20)?\d\d{_CLOCK}"  # 31.01.2024, 1/31/24
    rf"|\d{{1,2}}[-. ]+{_MONTH}[-., ]+(19|20)?\d\d{_CLOCK}"  # 31 Jan 2024, 31-JAN-24
    rf"|{_MONTH}[-. ]+\d{{1,2}},?[-. ]+(19|20)\d\d{_CLOCK}"  # Jan 31, 2024
    rf"|{_MONTH}[-., ]+(19|20)\d\d"  # Jan 2024
    r"|(19|20)\d\d\s*年\s*\d{1,2}\s*月(\s*\d{1,2}\s*日)?.*"
    r"|\d{1,2}:\d{2}(:\d{2})?\s*([ap]m)?)",  # a time of day
    re.IGNORECASE | re.ASCII,
)


def holds_dates(column: pd.Series[Any]) -> bool:
    """Whether a plain column holds days or times: as such, as text in any spelling, as 20240131."""
    if column.dtype.kind in "mM" or isinstance(column.dtype, pd.DatetimeTZDtype | pd.PeriodDtype):
        return True
    present = column.dropna()
    if present.empty:
        return False
    if column.dtype.kind in "iuf":
        return bool((present % 1 == 0).all()) and _are_days(present.to_numpy(dtype=np.float64))
    dated = sum(
        isinstance(raw, (date, time, timedelta, pd.Period))
        or (isinstance(raw, str) and bool(_DATE.fullmatch(raw.strip())))
        for raw in present
    )
    return dated >= MOSTLY * len(present)


def _are_days(numbers: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    """Whether whole numbers are all days written as 20240131."""
    year, month, day = numbers // 10_000, numbers // 100 % 100, numbers % 100
    sound = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return bool(sound.all())
