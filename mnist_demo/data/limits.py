"""Bounds on what is read from outside, so that one visitor's file cannot choke a shared server."""

# This repeats the upload limit of .streamlit/config.toml, because a limit of the page does not bind the core.
MAX_UPLOAD_BYTES = 20 * 1024 * 1024

# A training set and a test set have images and labels each.
MAX_FILES = 4

# MNIST has 60,000 in its largest file and the codelab's sprite 65,000; 100,000 are 78 MB of pixels.
MAX_IMAGES_PER_FILE = 100_000
