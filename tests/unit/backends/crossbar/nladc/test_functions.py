import numpy as np
import pytest
import torch

from neuro.backends.crossbar.nladc import FUNCTIONS, function_named, levels_of, tabulated
from neuro.errors import ValidationError

# The same functions as another library defines them; exp and relu_clip need no name there.
TORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softsign": torch.nn.functional.softsign,
    "softplus": torch.nn.functional.softplus,
    "elu": torch.nn.functional.elu,
    "selu": torch.nn.functional.selu,
    "relu_clip": lambda x: torch.nn.functional.hardtanh(x, 0.0, 1.0),
    "hard_sigmoid": torch.nn.functional.hardsigmoid,
    "linear": lambda x: x,
    "exp": torch.exp,
    "gelu": torch.nn.functional.gelu,
    "swish": torch.nn.functional.silu,
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_is_the_one_of_torch(name):
    x = np.linspace(-5, 5, 1001)
    expected = TORCH[name](torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(function_named(name).value(x), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "name", sorted(name for name, function in FUNCTIONS.items() if function.inverse)
)
def test_inverse_undoes_the_function(name):
    function = function_named(name)
    low, high = function.y_range
    y = low + (high - low) * np.arange(1, 200) / 200
    np.testing.assert_allclose(function.value(function.inverse(y)), y, rtol=1e-12, atol=1e-12)


def test_slope_is_the_derivative():
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(function_named("tanh").slope(x), 1 - np.tanh(x) ** 2, atol=1e-9)


def test_unknown_function_is_refused_with_the_closest_name():
    with pytest.raises(ValidationError, match="Did you mean 'sigmoid'"):
        function_named("sigmod")


def test_table_follows_straight_lines_and_stays_at_its_ends():
    table = tabulated([0.0, 1.0, 3.0], [0.0, 2.0, 3.0])
    np.testing.assert_allclose(
        table.value(np.array([-1.0, 0.5, 2.0, 9.0])), [0.0, 1.0, 2.5, 3.0], atol=1e-15
    )
    assert table.y_range == (0.0, 3.0)


def test_thresholds_of_a_table_are_those_of_its_lines():
    # y = 0.75, 1.5, 2.25: on the first line at y / 2, on the second at 1 + 2 (y - 2).
    levels = levels_of(tabulated([0.0, 1.0, 3.0], [0.0, 2.0, 3.0]), 2)
    np.testing.assert_allclose(levels.thresholds, [0.375, 0.75, 1.5], atol=1e-12)


def test_falling_table_counts_down():
    levels = levels_of(tabulated([0.0, 1.0], [1.0, 0.0]), 2)
    np.testing.assert_allclose(levels.thresholds, [0.25, 0.5, 0.75], atol=1e-12)
    assert levels.codes.tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([0.0], [0.0], "at least two points"),
        ([0.0, 1.0], [0.0], "two lists of one length"),
        ([0.0, 0.0], [0.0, 1.0], "x does not ascend"),
        ([0.0, np.nan], [0.0, 1.0], "not finite"),
        ([0.0, 1.0], [2.0, 2.0], "no inverse on its range: it is 2 from 0 to 1"),
    ],
)
def test_bad_table_is_refused(x, y, message):
    with pytest.raises(ValidationError, match=f"(?i){message}"):
        tabulated(x, y)


def test_stretch_at_a_decision_value_has_no_inverse():
    with pytest.raises(ValidationError, match=r"stays at 0\.5 from 1"):
        levels_of(tabulated([0.0, 1.0, 2.0, 3.0], [0.0, 0.5, 0.5, 1.0]), 2)


def test_range_on_which_a_function_is_constant_is_refused():
    with pytest.raises(ValidationError, match="no inverse on its range") as caught:
        function_named("relu_clip").within(2.0, 3.0)
    assert caught.value.where == "function 'relu_clip'"


@pytest.mark.parametrize("bounds", [(1.0, -1.0), (0.0, np.inf)])
def test_bad_range_is_refused(bounds):
    with pytest.raises(ValidationError, match="Two finite bounds, ascending"):
        function_named("tanh").within(*bounds)


def test_narrower_range_changes_the_output_range():
    narrow = function_named("sigmoid").within(-np.log(3), np.log(3))
    np.testing.assert_allclose(narrow.y_range, (0.25, 0.75), atol=1e-15)
