"""Measurements without assertions: `python -m tests.benchmarks.NAME` prints a table and a last line of JSON."""
