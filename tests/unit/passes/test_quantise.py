import numpy as np
import pytest

from neuro.errors import CheckError, ValidationError
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.passes.quantise import Grid, quantise
from neuro.run import lower


def plan_with(weight, size: int = 4):
    weight = np.reshape(weight, (1, size)) if np.ndim(weight) else weight
    projection = Projection("in", "a", AllToAll(), Static(weight=weight, delay=1.0), name="p")
    return lower(
        Network(
            name="net",
            dt=1.0,
            semantics="tick",
            populations=[Population("a", size, CurrentExponentialLIF(tau_refrac=1.0))],
            inputs=[SpikeArray(name="in", size=1)],
            projections=[projection],
        )
    )


def quantised(weight, grid: Grid):
    plan = quantise(plan_with(weight), {"p": grid})
    return plan.projections[0].weights, plan.notes


def test_quantise_takes_the_nearest_multiple_and_the_even_one_of_two() -> None:
    weights, _ = quantised([0.24, 0.25, 0.75, 1.0], Grid(lsb=0.5, largest_code=10))
    assert weights.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_quantise_saturates_at_the_largest_code() -> None:
    weights, _ = quantised([1.0, 1.5, 2.0, 99.0], Grid(lsb=0.5, largest_code=3))
    assert weights.tolist() == [1.0, 1.5, 1.5, 1.5]


def test_quantise_wraps_if_the_grid_does() -> None:
    # Codes 2, 3, 4 and 9 modulo 4.
    weights, _ = quantised([1.0, 1.5, 2.0, 4.5], Grid(lsb=0.5, largest_code=3, wrap=True))
    assert weights.tolist() == [1.0, 1.5, 0.0, 0.5]


def test_signed_grid_keeps_signs_and_an_unsigned_one_drops_them() -> None:
    values = np.array([-0.6, 0.6, -9.0])
    assert Grid(lsb=0.5, largest_code=3, signed=True).codes(values).tolist() == [-1, 1, -3]
    assert Grid(lsb=0.5, largest_code=3).codes(values).tolist() == [1, 1, 3]


def test_quantise_keeps_a_scalar_weight_scalar() -> None:
    weights, _ = quantised(0.7, Grid(lsb=0.5, largest_code=3))
    assert weights == 0.5 and isinstance(weights, float)


def test_quantise_notes_the_largest_relative_error() -> None:
    _, notes = quantised([0.1, 0.6, 1.0, 1.5], Grid(lsb=0.5, largest_code=3))
    assert len(notes) == 1
    assert notes[0].where == "projection 'p'.weight"
    assert (notes[0].requested, notes[0].stored, notes[0].relative_error) == (0.1, 0.0, 1.0)
    assert notes[0].unit == "nA"
    assert notes[0].reason.startswith("2 of 4 weights") and "1 become 0" in notes[0].reason


def test_quantise_of_weights_on_the_grid_leaves_no_note() -> None:
    weights, notes = quantised([0.5, 1.0, 1.5, 0.0], Grid(lsb=0.5, largest_code=3))
    assert weights.tolist() == [0.5, 1.0, 1.5, 0.0] and notes == ()


def test_quantise_leaves_projections_without_a_grid_alone() -> None:
    plan = plan_with(0.7)
    done = quantise(plan, {})
    assert done.projections == plan.projections
    assert done.passes == ("expand", "discretise", "quantise")


def test_grid_of_an_unknown_projection_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="no such projection") as caught:
        quantise(plan_with(0.7), {"q": Grid(lsb=0.5, largest_code=3)})
    assert caught.value.where == "grids['q']" and "Known: p" in str(caught.value)


def test_grid_with_wrong_numbers_is_refused() -> None:
    with pytest.raises(CheckError) as caught:
        Grid(lsb=0.0, largest_code=0)
    assert [issue.where for issue in caught.value.issues] == ["grid.lsb", "grid.largest_code"]
    with pytest.raises(ValidationError, match="signed grid that wraps"):
        Grid(lsb=1.0, largest_code=1, wrap=True, signed=True)
