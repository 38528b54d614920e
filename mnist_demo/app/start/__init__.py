"""The first page: a canvas, and a network that learns to read it."""
