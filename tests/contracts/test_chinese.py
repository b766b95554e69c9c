"""Chinese as a clinician reads it: one word for one thing, full-width signs, molar units first."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
WORDS = [ROOT / "diagnosis/portal/words/sentences.json", ROOT / "medportal/common/glossary.json"]
SHEETS = sorted((ROOT / "medportal/demo/data/services").glob("*/s*.json"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|<[^>]+>")
HAN = "\u4e00-\u9fff"

INSTEAD = {
    "影响因素": r"(?<!不做活检的)理由",
    "病例演练": r"训练病房",
    "患者队列": r"患者群(?!体)",
    "未出评分": r"不予评分|未评分",
    "处理意见": r"决策",
    "附加价值": r"增益",
    "选错患者": r"患者有误",
    "对数优势": r"对数几率",
    "妊娠次数": r"怀孕次数",
    "基本相符": r"大致合适",
    "风险分级": r"风险分层|另一分层",
    "OGTT 2小时血糖": r"口服75 g葡萄糖后2小时血糖|糖负荷后2小时",
}
SIGNS = {
    "a half-width sign between Chinese words": rf"(?<=[{HAN}])[,;:!?](?=[{HAN}])",
    "half-width brackets around Chinese words": rf"(?<!ln)\((?=[^()]*[{HAN}])[^()]*\)",
    "a blank before %": r"[\d\u25cb] +%",
}
CONVENTIONAL = re.compile(r"\d\s*(?:mg/dL|g/dL)（[\d.—]+ ?(?:mmol|µmol|g)/L")


def _of_json(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "zh-Hans" and isinstance(part, str):
                yield part
            else:
                yield from _of_json(part)
    elif isinstance(value, list):
        for part in value:
            yield from _of_json(part)


def texts() -> Iterator[str]:
    for entry in polib.pofile(str(CATALOGUE)):
        if not entry.obsolete:
            yield from (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
    for path in (*WORDS, *SHEETS):
        data = json.loads(path.read_text())
        yield from data.values() if path.name == "glossary.json" else _of_json(data)


CHINESE = list(texts())


@pytest.mark.parametrize(("word", "others"), INSTEAD.items())
def test_one_thing_has_one_word(word, others):
    assert [text for text in CHINESE if re.search(others, text)] == []


@pytest.mark.parametrize(("name", "sign"), SIGNS.items())
def test_signs_are_those_of_chinese(name, sign):
    bare = [PLACEHOLDER.sub("\u25cb", text).replace("%%", "%") for text in CHINESE]

    assert [text for text in bare if re.search(sign, text)] == []


def test_the_molar_unit_stands_first():
    assert [text for text in CHINESE if CONVENTIONAL.search(text)] == []


def test_these_tests_read_the_catalogue_and_the_sheets():
    assert len(CHINESE) > 2000
    assert any("OGTT" in text for text in CHINESE)


MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}


@pytest.mark.parametrize("app", ["accounts", "diagnosis", "medportal"])
def test_no_marked_text_hides_in_an_f_string(app):
    """Before Python 3.12 nobody who reads the source word by word finds it there."""
    for path in (ROOT / app).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
                assert not [f for f in calls if getattr(f, "id", "") in MARKS], path
