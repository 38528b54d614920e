"""Elements that several pages share."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from mnist_demo.app.words import escape_markdown

# mdast-util-gfm-autolink-literal 2.0 makes links of these within one piece of text, here after any character.
AUTOLINKS = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.IGNORECASE)

PIECES = ["http", "https", "://", "www", "WWW", "org", ":color[", *"/@.a-+1_*`~{}[]()<>#:$|!&\\ "]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("http://www.example.org/a_b@c.d")
@example("mail me@example.org {now}")
@example(":color[//] ![a](b) :material/x: $x$ <b>&amp; a_b*c`d")
def test_text_from_outside_is_shown_unchanged(text: str) -> None:
    markdown = escape_markdown(text)
    # A colour directive without a colour only splits the text; every other mark is escaped.
    pieces = re.split(r":color\[(//|\\\.|\\@)\]", markdown)
    marks = re.escape("\\`*_~{}[]<>#:$|!&.@")
    assert all(re.fullmatch(rf"(\\[{marks}]|[^{marks}])*", piece) for piece in pieces)
    shown = [re.sub(r"\\(.)", r"\1", piece) for piece in pieces]
    assert "".join(shown) == text
    assert not any(AUTOLINKS.search(piece) for piece in shown)
