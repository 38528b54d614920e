"""The page Design, from the entry point."""
