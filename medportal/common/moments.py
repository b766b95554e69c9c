"""Days and times as people of each language write them: the month never as a bare number."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def reads_chinese() -> bool:
    return (get_language() or "en").startswith("zh")


def day(moment: date | datetime | None) -> str:
    """``14-Mar-1961`` or ``1961年3月14日``."""
    if moment is None:
        return ""
    local = _local(moment)
    if reads_chinese():
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day:02d}-{MONTHS[local.month - 1]}-{local.year}"


def month(moment: date | None) -> str:
    """``Nov 2026`` or ``2026年11月``."""
    if moment is None:
        return ""
    if reads_chinese():
        return f"{moment.year}年{moment.month}月"
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime | None) -> str:
    return "" if moment is None else f"{_local(moment):%H:%M}"


def day_time(moment: datetime | None) -> str:
    return "" if moment is None else f"{day(moment)} {clock(moment)}"


def _local(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment
