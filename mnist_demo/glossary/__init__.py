"""The terms of the field that pages and lessons use, each with one short entry, in every language."""

from mnist_demo.glossary.glossary import Entry, Glossary
from mnist_demo.glossary.reader import GlossaryError, load_glossary, read_glossary

__all__ = ["Entry", "Glossary", "GlossaryError", "load_glossary", "read_glossary"]
