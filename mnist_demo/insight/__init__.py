"""Views of how a network came to its predictions."""
