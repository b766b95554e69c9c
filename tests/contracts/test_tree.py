"""What holds for every file of ours."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
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


ROOMIEST = 20
FOLDERS = sorted({path.parent for path in MODULES})
UNNAMED = {"management", "commands", "templatetags"}
"""Folders whose names are Django's."""


def package(folder: Path) -> str:
    return ".".join(folder.relative_to(ROOT).parts)


def test_no_folder_holds_more_than_one_can_take_in():
    files = {name(folder): len(list(folder.glob("*.py"))) for folder in FOLDERS}
    assert {folder: n for folder, n in files.items() if n > ROOMIEST} == {}


def test_no_folder_holds_more_templates_than_one_can_take_in():
    folders = {path.parent for path in (ROOT / "templates").rglob("*.html")}
    pages = {name(folder): len(list(folder.glob("*.html"))) for folder in folders}
    assert {folder: n for folder, n in pages.items() if n > ROOMIEST} == {}


def named_in_contracts() -> set[str]:
    """Every module that a contract of layers or of circles names, by its whole name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = set()
    for contract in contracts["contracts"]:
        for layer in contract.get("layers", ()):
            for one in re.split(r" [|:] ", layer):
                roofs = contract.get("containers") or [""]
                found |= {f"{roof}.{one.strip('()')}".lstrip(".") for roof in roofs}
    return found


def test_every_folder_stands_in_an_import_contract():
    """Itself down to the second floor of an app; deeper ones with the folder they are in."""
    known = named_in_contracts()
    missing = set()
    for folder in FOLDERS:
        parts = package(folder).split(".")
        rooms = parts[1:3] if parts[0] == "diagnosis" else parts[1:2]
        if len(parts) > 1 and not UNNAMED & set(rooms):
            missing.add(".".join([parts[0], *rooms]))
    assert missing - known - {"medportal", "accounts", "diagnosis"} == set()


def arrows() -> dict[str, set[str]]:
    """Whom each of our modules imports, wherever in the file, but for types alone."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    return {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Those of which each reaches each: what is left when ends are taken away again and again."""
    left = {one: set(others) & set(arrows) - {one} for one, others in arrows.items()}
    while True:
        ends = {one for one, others in left.items() if not others & set(left)}
        called = set().union(*left.values()) if left else set()
        ends |= set(left) - called
        if not ends:
            return [sorted(left)] if left else []
        left = {one: others - ends for one, others in left.items() if one not in ends}


def test_no_circle_of_files():
    assert circles(arrows()) == []


def test_no_circle_of_folders():
    """Among the children of each folder, with everything that is in them."""
    found, graph = {}, arrows()
    for folder in FOLDERS:
        roof = f"{package(folder)}."
        depth = roof.count(".")
        children: dict[str, set[str]] = {}
        for one, others in graph.items():
            if one.startswith(roof):
                inside = {other.split(".")[depth] for other in others if other.startswith(roof)}
                children.setdefault(one.split(".")[depth], set()).update(inside)
        if circle := circles(children):
            found[package(folder)] = circle
    assert found == {}


NAMED_IN_STRINGS = {  # and why no import will do; the long answer is docs/decisions/0130
    "medportal.settings": "Django's registries, and which readers of files there are",
    "medportal.urls": "the top of everything: its includes and the pages of errors",
    "medportal.celery": "its settings",
    "medportal.wsgi": "its settings",
    "medportal.supervisor.stack": "the command line of another process",
    "medportal.tools": "command lines of other processes",
    "accounts.login": "a salt and identifiers of receivers, which name no module",
    "accounts.models.people": "a salt, which names no module",
    "diagnosis.ml": "the front door: learning loads when it is asked for, never in a worker",
}


def test_no_arrow_hides_in_a_string():
    """A dotted name of ours in quotes is an import that no contract sees."""
    dotted = re.compile(r"""["'](?:medportal|accounts|diagnosis)(?:\.[A-Za-z_0-9]+)+["']""")
    found = {
        package(path.with_suffix("")).removesuffix(".__init__")
        for path in MODULES
        if path.name != "apps.py" and dotted.search(path.read_text())
    }
    stated = {
        module: [known for known in NAMED_IN_STRINGS if f"{module}.".startswith(f"{known}.")]
        for module in found
    }
    assert [module for module, known in stated.items() if not known] == []
    assert set(NAMED_IN_STRINGS) == {known[0] for known in stated.values()}


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
