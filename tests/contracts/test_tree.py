"""What holds for every file of ours."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from medportal.configuration.addresses import ROOT

PACKAGES = ("medportal", "accounts", "diagnosis")
LONGEST = 300
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_too_long():
    lengths = {name(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


def test_one_helper_publishes():
    sends = re.compile(r"\.(delay|delay_on_commit|apply_async|send_task)\(")
    found = {name(path) for path in MODULES if sends.search(path.read_text())}
    measuring = {path for path in found if path.startswith("medportal/tools/bench/")}
    assert found - measuring == {"medportal/common/queue/publish.py"}


@pytest.mark.parametrize("word", ["pickle", "joblib", "marshal", "yaml.load", "mark_safe"])
def test_a_dangerous_word_occurs_nowhere(word):
    found = {
        name(path) for path in MODULES if re.search(rf"\bimport {word}|{word}\(", path.read_text())
    }
    assert found == set()


def test_no_module_has_a_name_that_says_nothing():
    says_nothing = {"utils", "helpers", "common_functions", "misc"}
    assert not [name(path) for path in MODULES if path.stem in says_nothing]
    assert not [
        name(path)
        for path in MODULES
        if (path.parent / "services.py").exists() and (path.parent / "models").exists()
    ]


def test_every_app_stands_in_the_import_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = " ".join(contracts["contracts"][0]["layers"])
    folders = [f for f in (ROOT / "diagnosis").iterdir() if (f / "__init__.py").exists()]
    assert [f.name for f in folders if f"diagnosis.{f.name}" not in layers] == []


def test_requirements_name_no_index():
    for path in ROOT.glob("requirements*.txt"):
        lines = path.read_text().splitlines()
        assert [line for line in lines if line.startswith("-") or "://" in line] == [], path.name


def test_requirements_are_pinned_and_agree():
    pinned: dict[str, set[str]] = {}
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text().splitlines():
            if line and not line.lstrip().startswith("#"):
                package, _, version = line.partition("==")
                assert version, f"{path.name}: {line}"
                pinned.setdefault(package, set()).add(version)
    assert {package: v for package, v in pinned.items() if len(v) > 1} == {}


def test_imports_point_one_way():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
