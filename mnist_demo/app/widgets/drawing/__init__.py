"""A digit on the canvas and what a network reads in it, as several pages draw them."""
