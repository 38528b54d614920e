import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.fields import FieldError

MOST = {
    "rotation": 45,
    "shift": 6,
    "zoom": 0.4,
    "shear": 30,
    "elastic": 8,
    "thickness": 1.2,
    "pen_forms": 1,
    "non_digits": 0.5,
}


def test_every_change_is_off_by_default() -> None:
    assert Augmentation().to_json() == dict.fromkeys(MOST, 0)
    assert not Augmentation().is_active


@pytest.mark.parametrize("name", MOST)
def test_each_field_accepts_values_up_to_its_bound(name: str) -> None:
    assert Augmentation.from_json({name: MOST[name]}).is_active
    with pytest.raises(FieldError, match=f"{name} is .* from 0 to {MOST[name]}"):
        Augmentation.from_json({name: MOST[name] + 0.01})


def test_an_augmentation_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Augmentation().zoom = 0.1  # type: ignore[misc]


@given(
    st.builds(
        Augmentation,
        rotation=st.floats(0, 45) | st.integers(0, 45),
        shift=st.floats(0, 6),
        zoom=st.floats(0, 0.4),
        shear=st.floats(0, 30),
        elastic=st.floats(0, 8),
        thickness=st.floats(0, 1.2),
        pen_forms=st.floats(0, 1),
        non_digits=st.floats(0, 0.5),
    )
)
def test_an_augmentation_survives_json(augmentation: Augmentation) -> None:
    assert Augmentation.from_json(json.loads(json.dumps(augmentation.to_json()))) == augmentation


def test_whole_numbers_and_floats_read_the_same() -> None:
    assert json.dumps(Augmentation(rotation=10).to_json()) == json.dumps(Augmentation(rotation=10.0).to_json())


def test_the_change_of_a_missing_field_is_off() -> None:
    assert Augmentation.from_json({"shift": 2}) == Augmentation(shift=2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"shift": -1}, "shift is -1"),
        ({"zoom": float("nan")}, "nan"),
        ({"zoom": float("inf")}, "inf"),
        ({"zoom": True}, "True"),
        ({"zoom": "0.1"}, "'0.1'"),
        ({"zoom": None}, "None"),
        ({"zoom": [0.1]}, "zoom"),
        ({"flip": 1}, "unknown field 'flip'; accepted are rotation, shift, zoom, shear"),
        ({1: 1}, "unknown field 1"),
        ([], "an object"),
        (None, "an object"),
    ],
)
def test_values_that_are_no_augmentation_are_refused(values: Any, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        Augmentation.from_json(values)
