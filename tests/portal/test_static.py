"""What the browser gets from us, and from nobody else."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
VENDOR = STATIC / "vendor"
OWN = sorted([*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")])


STANDING_ALONE = (
    "base.html",
    "503.html",  # the database is away: nothing can be asked
    "_bare.html",  # of the pages without a patient that say what did not work
    "500.html",  # whatever went wrong may still be wrong: it asks nothing
    "swagger_ui.html",  # the library's page of the interface's description: no patient is on it
)


def test_every_vendored_file_is_the_one_whose_digest_is_kept():
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    kept = dict(reversed(line.split(maxsplit=1)) for line in lines)
    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == kept


@pytest.mark.parametrize("path", [*OWN, *TEMPLATES], ids=lambda path: path.name)
def test_nothing_is_fetched_from_another_host(path):
    elsewhere = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]+""")
    assert elsewhere.findall(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_an_exception_from_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"<[^>{%]*\sstyle\s*=", text)
    assert not re.search(r"<[^>{%]*\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|javascript:|hx-on", text)


def test_the_demonstration_strip_stands_in_the_base_page_of_every_page():
    base = (ROOT / "templates" / "base.html").read_text()
    assert "no medical advice" in base
    alone = [
        path.name
        for path in TEMPLATES
        if "<html" in path.read_text() and path.name not in STANDING_ALONE
    ]
    assert alone == []


def test_text_has_five_sizes_on_a_screen():
    """Points are for paper; the stock administration has sizes of its own."""
    own = [path for path in STATIC.glob("css/*.css") if path.name != "admin.css"]
    sizes = {
        size.strip() for path in own for size in re.findall(r"font-size:([^;}]+)", path.read_text())
    }
    named = {f"var(--{name})" for name in ("small", "text", "lead", "title", "figure")}
    assert {size for size in sizes - named if not size.endswith("pt")} == {"inherit"}
