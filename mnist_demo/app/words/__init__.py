"""The words of the pages: how they write values, and the sentences on what the core names by codes."""

from mnist_demo.app.words.text import could_not, duration, escape_markdown, local_time, moment, plural

__all__ = ["could_not", "duration", "escape_markdown", "local_time", "moment", "plural"]
