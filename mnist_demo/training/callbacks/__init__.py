"""The callbacks of a training, one file for each concept."""
