"""Everything that a visitor sees: one folder for each page, and what the pages share."""
