"""Weights to conductances and back, by hand."""

import numpy as np
import pytest

from neuro.backends.crossbar.mapping import (
    checked_weights,
    largest_weights,
    make_mapping,
)
from neuro.errors import ValidationError

RANGE = {"g_min": 10.0, "g_max": 110.0}
WEIGHTS = np.array([[2.0, -1.0], [0.0, 0.5]])


def mapping(kind: str, largest=2.0, **more):
    return make_mapping(largest, 2, kind=kind, **RANGE, **more)


# s = 2 / 100, so a weight of 1 is 50 uS.
def test_differential_weights_use_one_device_of_the_pair() -> None:
    found = mapping("differential").targets(WEIGHTS)
    assert found.tolist() == [[110, 10, 10, 60], [10, 10, 35, 10]]


# s = 4 / 100 around 60 uS, and the reference at 60 uS.
def test_offset_weights_lie_around_the_reference_column() -> None:
    found = mapping("offset").targets(WEIGHTS)
    assert found.tolist() == [[110, 35, 60], [60, 72.5, 60]]


def test_single_weights_start_at_the_lowest_conductance() -> None:
    assert mapping("single").targets(np.abs(WEIGHTS)).tolist() == [[110, 60], [10, 35]]


@pytest.mark.parametrize("kind", ["differential", "offset", "single"])
def test_conductances_stand_for_the_weights(kind: str) -> None:
    weights = np.abs(WEIGHTS) if kind == "single" else WEIGHTS
    found = mapping(kind)
    assert found.weights(found.targets(weights)) == pytest.approx(weights, abs=1e-14)


def test_column_scales_use_the_full_range_of_each_column() -> None:
    found = mapping("differential", largest_weights(WEIGHTS, by="column"))
    assert found.scale.tolist() == [0.02, 0.01]
    assert found.targets(WEIGHTS)[0].tolist() == [110, 10, 10, 110]


def test_percentile_clips_the_largest_weights() -> None:
    weights = np.arange(101.0)[None]
    assert largest_weights(weights, percentile=90.0) == 90.0
    found = make_mapping(90.0, 101, kind="single", **RANGE).targets(weights)
    assert found[0, 90:].tolist() == [110.0] * 11


# Five levels of 10 to 110 uS: 10, 35, 60, 85, 110.
def test_levels_are_equally_spaced_conductances() -> None:
    found = mapping("single", levels=5).targets(np.array([[0.2, 0.3], [1.1, 1.9]]))
    assert found.tolist() == [[10, 35], [60, 110]]


def test_matrix_of_zeros_has_a_scale() -> None:
    zeros = np.zeros((2, 2))
    found = mapping("differential", largest_weights(zeros))
    assert found.targets(zeros).tolist() == [[10.0] * 4] * 2


# From 0.5 to -1 at 50 uS for 1: the plus device loses 25 uS, the minus device gains 50.
def test_change_through_zero_moves_both_devices_of_a_pair() -> None:
    found = mapping("differential")
    changes = found.changes(np.array([0.5]), np.array([-1.0]), np.array([1]))
    assert changes.tolist() == [[-25.0], [50.0]]
    assert found.devices(np.array([1])).tolist() == [[2], [3]]


@pytest.mark.parametrize(
    ("weights", "kind", "place", "says"),
    [
        ([[1.0, np.nan]], "differential", "w[0, 1]", "finite"),
        ([[1.0], [np.inf]], "differential", "w[1, 0]", "finite"),
        ([[1.0, -0.5]], "single", "w[0, 1]", "not negative"),
        ([1.0, 2.0], "differential", "w", "rows, columns"),
    ],
)
def test_weight_that_cannot_be_kept_is_named(weights, kind, place, says) -> None:
    with pytest.raises(ValidationError) as caught:
        checked_weights(weights, kind, "w")
    assert caught.value.where == place and says in str(caught.value)
