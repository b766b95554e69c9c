"""White space that no browser draws is none to the tests; what it draws they see."""

from __future__ import annotations

import pytest

from tests.pages import laid_out


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<td>\n    17 %\n</td>\n<td>x</td>", "<td>17 %</td><td>x</td>"),
        ('<p class="a"\n   id="b"\n>x</p>', '<p class="a" id="b">x</p>'),
        ("<p>one\n  <b> two</b></p>", "<p>one <b>two</b></p>"),
        ("<p><b>\n one\n</b>\n</p>", "<p><b>one</b></p>"),
        ("<p>one <b>two</b> three</p>", "<p>one <b>two</b> three</p>"),
        ("<p>a <!-- kept --> b</p>", "<p>a <!-- kept -->b</p>"),
        ("<p>x <img alt=''> y</p>", "<p>x <img alt=''> y</p>"),
        ("<pre>\n a\n  b</pre> <p>c</p>", "<pre>\n a\n  b</pre><p>c</p>"),
        ("<p>1 &lt; 2 < 3</p>", "<p>1 &lt; 2 < 3</p>"),
    ],
)
def test_only_drawn_white_space_is_seen(written: str, seen: str) -> None:
    assert laid_out(written) == seen
