"""Text from outside on a page that takes Markdown."""

import re

_MARKDOWN = re.compile(r"([\\`*_~{}\[\]<>#:$|!&.@])")

# What makes an address of its surroundings: "http://…", "www.…" and "…@…" (mdast-util-gfm-autolink-literal).
_LINKING = re.compile(r"((?<=:)//|(?<=www)\.|@)", re.IGNORECASE)


def plain(text: str) -> str:
    """A text from outside, such as a file's name, as Markdown that shows it as it stands."""
    pieces = (_MARKDOWN.sub(r"\\\1", piece) for piece in _LINKING.split(text))
    # Links are looked for when the escapes are gone, but in one piece of text only. Without a colour this is a piece of
    # its own and nothing else, so that the text is read and copied as it was.
    return "".join(f":color[{piece}]" if number % 2 else piece for number, piece in enumerate(pieces))
