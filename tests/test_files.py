"""Files that other programs open."""

import csv
import io

import pytest

from mnist_demo.files import csv_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://a.example")'])
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    ((written, after),) = csv.reader(io.StringIO(csv_text([(text, "b")]), newline=""))
    assert written == f"'{text}".replace("\r", " ")
    assert after == "b"


def test_numbers_and_plain_texts_stay_as_they_are() -> None:
    assert csv_text([("a-b", "label"), (-0.5, 7), (1e-05, -3)]) == "a-b,label\n-0.5,7\n1e-05,-3\n"
