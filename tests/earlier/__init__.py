"""A lab and a link as version 0.1 of November 2026 left them (commit 3c6f4b8): what it kept must still be read."""
