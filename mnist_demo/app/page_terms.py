"""The terms of the glossary that each page uses: the one table of them."""

from collections.abc import Mapping

SIDEBAR = ("experiment", "parameter", "run", "epoch", "validation", "accuracy")
"""The terms of the sidebar, which is on every page."""

PAGE_TERMS: Mapping[str, tuple[str, ...]] = {}
