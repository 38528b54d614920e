"""Check a folder of lessons: `python -m mnist_demo.lessons check FOLDER`."""

import argparse
import sys
from pathlib import Path

from mnist_demo.lessons.library import read_folder


def main(arguments: list[str] | None = None) -> int:
    """Print every mistake of a folder's lessons, a line each, and how many lessons are right.

    Returns:
        The exit code: 0 if there are lessons and no mistake, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.lessons", description="Check lessons of your own.")
    check = parser.add_subparsers(required=True).add_parser("check", help="check every NAME/LANGUAGE.md of a folder")
    check.add_argument("folder", type=Path, help="a folder of lessons")
    lessons, mistakes = read_folder(parser.parse_args(arguments).folder)
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    count = sum(map(len, lessons.values()))
    print(f"{count} lesson files are right, {len(mistakes)} have a mistake.")
    return 0 if count and not mistakes else 1


if __name__ == "__main__":
    sys.exit(main())
