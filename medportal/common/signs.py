"""The signs between words, as the reader's language writes them: of full width in Chinese."""

from __future__ import annotations

from medportal.common.moments import reads_chinese

UNBROKEN = "\u00a0"  # between a number and its unit


def comma() -> str:
    """What stands between the items of a list."""
    return "、" if reads_chinese() else ", "


def clause_comma() -> str:
    """What stands between the parts of a sentence: a name and its day, a service, its version."""
    return "，" if reads_chinese() else ", "


def semicolon() -> str:
    return "；" if reads_chinese() else "; "


def colon(after: str = " ") -> str:
    """``after`` is empty at the end of a line."""
    return "：" if reads_chinese() else f":{after}"


def full_stop() -> str:
    """Without what follows it: ``blank`` stands between two sentences."""
    return "。" if reads_chinese() else "."


def blank() -> str:
    """A blank that signs of full width bring with them."""
    return "" if reads_chinese() else " "


def bracketed(words: object) -> str:
    return f"（{words}）" if reads_chinese() else f"({words})"


def aside(words: object) -> str:
    """In brackets behind what it says more of."""
    return f"{blank()}{bracketed(words)}"


def before_unit(unit: str, otherwise: str = UNBROKEN) -> str:
    """«4.1 mmol/L» and «7 %»; Chinese writes «7%»."""
    return "" if unit == "%" and reads_chinese() else otherwise
