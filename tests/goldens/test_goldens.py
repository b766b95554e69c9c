"""The goldens notice what they are there for, and nothing that is no difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from tests.contracts.routes import routes
from tests.factories import PatientFactory
from tests.goldens.differences import as_dom, differences
from tests.goldens.questions import BEHIND, NEVER_ASKED, SENT
from tests.goldens.still import START, stillness, taken_back
from tests.goldens.taking import still_content

PAGE = """<!doctype html>
<html lang="en"><body>
  <p class="band" style="color: red">Probable:
     <b>72 %</b></p>
  <img src="/a.svg" alt="">
</body></html>
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two takes of one page by one person in one language."""
    made = tmp_path / "before", tmp_path / "after"
    for folder in made:
        file = folder / "en" / "doctor" / "result.html"
        file.parent.mkdir(parents=True)
        file.write_text(PAGE)
    return made


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "en" / "doctor" / "result.html"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_two_takes_of_the_same_pages_have_no_difference(folders):
    assert list(differences(*folders)) == []


def test_one_changed_word_is_named_with_its_page_and_its_line(folders):
    rewrite(folders[1], "72 %", "73 %")

    ((name, *lines),) = differences(*folders)

    assert name == "en/doctor/result.html"
    assert [line.strip() for line in lines[1:]] == [
        "-     <b>72 %</b></p>",
        "+     <b>73 %</b></p>",
    ]


def test_a_page_that_is_there_once_only_is_named(folders):
    (folders[1] / "en" / "doctor" / "result.html").rename(folders[1] / "en" / "doctor" / "other")

    assert [found[0] for found in differences(*folders)] == [
        "en/doctor/other: only after",
        "en/doctor/result.html: only before",
    ]


def test_a_folder_without_goldens_is_no_agreement(tmp_path):
    with pytest.raises(SystemExit, match="holds no goldens"):
        list(differences(tmp_path, tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('class="band" style="color: red"', 'class="band band-high"'),
        ("Probable:\n     <b>", "Probable: <b>"),
        ('  <img src="/a.svg" alt="">', '<img alt=""\n  src="/a.svg"/>'),
    ],
    ids=["class and style", "whitespace", "spelling of a tag"],
)
def test_looks_and_whitespace_differ_as_bytes_and_not_as_elements(folders, old, new):
    rewrite(folders[1], old, new)

    assert len(list(differences(*folders))) == 1
    assert list(differences(*folders, as_dom)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("72 %", "73 %"),
        ("<b>72 %</b>", "72 %"),
        ("<b>72 %</b></p>", "</p><b>72 %</b>"),
        ('alt=""', 'alt="A picture"'),
    ],
    ids=["word", "element", "place", "attribute"],
)
def test_what_a_reader_meets_differs_as_elements_too(folders, old, new):
    rewrite(folders[1], old, new)

    assert [found[0] for found in differences(*folders, as_dom)] == ["en/doctor/result.html"]


def test_only_what_is_new_in_every_answer_is_taken_out_of_it():
    row = "0123abcd-4567-5000-8000-00000000002a"
    new = "0123abcd-4567-4abc-8def-0123456789ab"
    page = f'<input name="csrfmiddlewaretoken" value="{{}}"><a href="/patients/{row}/">{new}</a>'

    one, other = (still_content(page.format(token).encode()) for token in ("Ab1", "Cd2"))

    assert one == other
    assert row.encode() in one
    assert new.encode() not in one


def test_rows_made_in_stillness_have_the_same_moment_and_counted_identifiers(db):
    made = []
    for _ in range(2):
        with taken_back(), stillness() as still:
            with still.undone():
                PatientFactory()
            two = [PatientFactory().pk for _ in range(2)]
            made.append((*two, timezone.now()))

    assert made[0] == made[1]
    assert made[0][0] < made[0][1]
    assert made[0][2] == START
    assert timezone.now() != START


def test_what_is_asked_besides_belongs_to_addresses_that_exist():
    known = {route.name for route in routes()}
    assert {*BEHIND, *SENT} - known == set()
    assert set(NEVER_ASKED) - known == set()
