"""What each network here sees and answers: images of one size, ten classes."""

IMAGE_SIDE = 28
"""Pixels, both ways."""

IMAGE_CHANNELS = 1

PIXELS = IMAGE_SIDE * IMAGE_SIDE

CLASSES = 10
