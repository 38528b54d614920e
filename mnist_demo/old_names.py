"""What fields were called by earlier versions, so that the runs, labs and links which they left are still read."""

from collections.abc import Mapping

AUGMENTATION = {"strangers": "non_digits"}


def renamed(value: object, old_names: Mapping[str, str]) -> object:
    """Return a JSON object with the names of today; anything else, and an object with both names, as it is."""
    if not isinstance(value, dict) or any(new in value for old, new in old_names.items() if old in value):
        return value
    return {old_names.get(name, name) if isinstance(name, str) else name: each for name, each in value.items()}
