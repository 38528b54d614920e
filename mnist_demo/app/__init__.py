"""Everything a visitor sees: one file a page, and what pages share."""
