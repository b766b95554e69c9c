"""Chinese as a clinician reads it: one word for one thing, full-width signs, molar units first."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from accounts.models import User
from tests.contracts.routes import Caller, World, routes, world_of
from tests.factories import DecisionFactory
from tests.portal.results import finished, in_store, version_of

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
WORDS = [
    ROOT / "diagnosis/portal/words/sentences.json",
    ROOT / "medportal/common/glossary.json",
    *sorted((ROOT / "diagnosis/results").rglob("sentences.json")),
]
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


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NOT_SHOWN = re.compile(
    r"\{#.*?#\}|<script.*?</script>|<style.*?</style>|\{% blocktranslate.*?endblocktranslate %\}",
    re.S,
)
BARE = {
    "a sign between two parts (as {% colon %})": (r"(?:\}\}|%\}|</\w+>)[:;,.](?=\s*(?:\{|<|$))"),
    "brackets around a part (|bracketed)": r" (?:<\w+[^<>]*>)?\((?:\{\{|\{%)(?![^()]*\|number )",
    "a blank before % (|in_unit)": r"[\d}][ \u00a0](?=%[^}])(?![^{]*%\})",
}
PICTURE = re.compile(r"transform=\"[^\"]*\"")


@pytest.mark.parametrize(("name", "sign"), BARE.items())
def test_templates_join_parts_by_the_signs_of_the_readers_language(name, sign):
    found = {}
    for path in TEMPLATES:
        for line in PICTURE.sub("", NOT_SHOWN.sub("", path.read_text())).splitlines():
            if re.search(sign, line):
                found[str(path.relative_to(ROOT))] = line.strip()

    assert found == {}, name


UNSHOWN = re.compile(r"<(script|style|svg-)[^>]*>.*?</\1>", re.S)
WITHIN_A_LINE = re.compile(r"</?(?:strong|b|a|em|span|small|i|abbr|code)\b[^>]*>")
HALF_WIDTH = re.compile(
    rf"[{HAN}”）][ \u00a0]?[.;:,?!](?=\s|$|[{HAN}])"
    rf"|[.;:,?!] ?(?=[{HAN}])"
    rf"|[{HAN}] ?\((?=[^()]*[{HAN}])|\([^()]*[{HAN}][^()]*\)"
    r"|\d[ \u00a0]%"
)
OK = 200
READERS = ("doctor", "nurse", "scientist", "reviewer", "officer", "administrator")


def shown_lines(page: str) -> Iterator[str]:
    for line in re.sub(r"<[^>]+>", "\n", WITHIN_A_LINE.sub("", UNSHOWN.sub("", page))).split("\n"):
        if line.strip():
            yield html.unescape(line).strip()
    for said in re.findall(r"(?:aria-label|title|placeholder|data-text)=\"([^\"]*)\"", page):
        yield html.unescape(said)


OLDER = {"age": 62, "bmi": 34.1, "glucose_2h": 8.9, "pregnancies": 4, "diastolic_bp": 92}
"""Of somebody whose insulin and skinfold nobody measured: they are filled in."""


def filled_in(world: World) -> World:
    """The same ward, whose addresses name a decided result with inputs that were filled in."""
    doctor = world.people["doctor"]
    version = version_of(world.house, "diabetes-onset")
    in_store("diabetes-onset")
    result = finished(version, doctor, world.patient, OLDER)
    DecisionFactory(prediction=result, decided_by=doctor)
    rows = {"prediction": result, "version": version, "slug": "diabetes-onset"}
    return replace(world, rows=world.rows | rows)


@pytest.mark.django_db
def test_no_page_shows_a_half_width_sign_beside_chinese():
    first = world_of()
    User.objects.update(language="zh-hans")
    found: dict[str, str] = {}
    asked = 0
    with translation.override("zh-hans"):
        for world, readers in ((first, READERS), (filled_in(first), ("doctor",))):
            for reader in readers:
                caller = Caller(world, reader)
                caller.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
                for route in routes():
                    if route.is_api or not route.is_named or route.name.startswith("admin:"):
                        continue
                    answer = caller.ask(route, "GET")
                    if answer.status != OK or not answer.body.startswith(b"<"):
                        continue
                    asked += 1
                    for line in shown_lines(answer.body.decode()):
                        if HALF_WIDTH.search(line):
                            found.setdefault(line, f"{route.name} of the {reader}")

    assert found == {}
    assert asked > 60


MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}


@pytest.mark.parametrize("app", ["accounts", "diagnosis", "medportal"])
def test_no_marked_text_hides_in_an_f_string(app):
    """Before Python 3.12 nobody who reads the source word by word finds it there."""
    for path in (ROOT / app).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
                assert not [f for f in calls if getattr(f, "id", "") in MARKS], path
