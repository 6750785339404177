"""Linear converters and input encodings, by hand and against one another."""

import numpy as np
import pytest

from neuro.backends.crossbar.converters import (
    LinearRamp,
    SuccessiveApproximation,
    UniformConverter,
    encode,
)
from neuro.backends.crossbar.nladc import nonlinear_adc
from neuro.errors import CheckError, ValidationError

ANALOG = np.linspace(-1.3, 1.3, 5001) + 1e-6


def test_cells_of_two_bits() -> None:
    found = UniformConverter(bits=2, low=-1.0, high=1.0)
    assert found.levels.tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert found.codes(np.array([-2.0, -0.6, -0.1, 0.0, 0.9])).tolist() == [0, 0, 1, 2, 3]


def test_mid_levels_have_both_ends() -> None:
    found = UniformConverter(bits=2, low=0.0, high=3.0, scheme="mid")
    assert found.convert(np.array([-1.0, 0.4, 0.6, 2.6, 9.0])).tolist() == [0, 0, 1, 3, 3]


def test_signed_levels_have_zero_and_both_ends() -> None:
    found = UniformConverter(bits=3, low=-3.0, high=3.0, scheme="signed")
    assert found.levels.tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert found.convert(np.array([-5.0, 0.2, -0.6, 2.7])).tolist() == [-3, 0, -1, 3]


# Mean square error of a uniform quantiser inside its range: D^2 / 12 (specs, section 2.11: linear,
# 5 bits on +-1: 3.255e-4).
def test_quantisation_error_of_five_bits_is_the_published_one() -> None:
    analog = np.random.default_rng(0).uniform(-1, 1, 200_000)
    error = UniformConverter(bits=5, low=-1.0, high=1.0).convert(analog) - analog
    assert np.mean(error**2) == pytest.approx(3.255e-4, rel=0.01)


def test_gain_and_offset_act_before_conversion() -> None:
    found = UniformConverter(bits=8, low=-1.0, high=1.0, gain=0.5, offset=0.25)
    ideal = UniformConverter(bits=8, low=-1.0, high=1.0)
    assert np.array_equal(found.codes(ANALOG), ideal.codes(0.5 * ANALOG + 0.25))


def test_nonlinearity_moves_its_threshold_alone() -> None:
    inl = np.zeros(3)
    inl[1] = 0.4  # of a step of 0.5
    found = UniformConverter(bits=2, low=-1.0, high=1.0, inl=inl)
    assert found.codes(np.array([-0.51, -0.49, 0.19, 0.21, 0.51])).tolist() == [0, 1, 1, 2, 3]


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_ramp_and_successive_approximation_are_uniform_without_errors(bits: int) -> None:
    ideal = UniformConverter(bits=bits, low=-1.0, high=1.0)
    thresholds = ideal.thresholds
    ramp = LinearRamp(start=thresholds[0], steps=np.diff(thresholds), levels=ideal.levels)
    capacitors = 2.0 ** np.arange(bits - 1, -1, -1)
    successive = SuccessiveApproximation(low=-1.0, high=1.0, capacitors=capacitors)
    assert np.array_equal(ramp.codes(ANALOG), ideal.codes(ANALOG))
    assert np.array_equal(successive.codes(ANALOG), ideal.codes(ANALOG))
    assert successive.convert(ANALOG) == pytest.approx(ideal.convert(ANALOG), abs=1e-12)
    assert (ramp.cycles, successive.cycles) == (2**bits, bits)


# Capacitors 2.2 and 1 instead of 2 and 1, of 4.2 in all: thresholds at 1, 2.2 and 3.2 / 4.2.
def test_capacitors_that_do_not_match_move_thresholds() -> None:
    found = SuccessiveApproximation(low=0.0, high=4.2, capacitors=np.array([2.2, 1.0]))
    assert found.codes(np.array([0.9, 1.1, 2.1, 2.3, 3.1, 3.3])).tolist() == [0, 1, 1, 2, 2, 3]


# 0.4 of 7 cycles is 2.8, which is 3 cycles, in binary 011.
def test_pulses_are_whole_cycles() -> None:
    code = encode(np.array([[0.4, -1.0]]), 3)
    assert code.planes.tolist() == [[[3 / 7, -1.0]]] and code.cycles == 7


def test_bits_add_up_to_the_pulse() -> None:
    inputs = np.random.default_rng(1).uniform(-1, 1, (3, 10))
    serial, pulsed = encode(inputs, 5, "bit_serial"), encode(inputs, 5)
    added = np.tensordot(serial.weights, serial.planes, axes=1)
    assert added == pytest.approx(pulsed.planes[0], abs=1e-15)
    assert (serial.cycles, encode(inputs, 5, "voltage").cycles) == (5, 1)


def test_input_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValidationError, match="not all are finite"):
        encode(np.array([[np.nan]]), 5)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"bits": 0}, "converter.bits"),
        ({"low": 2.0}, "converter.low"),
        ({"scheme": "signed", "low": -0.5}, "converter.low"),
        ({"scheme": "celll"}, "converter.scheme"),
        ({"inl": np.zeros(2)}, "converter.inl"),
    ],
)
def test_bad_converter_is_refused(changes, where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        UniformConverter(**{"bits": 4, "low": -1.0, "high": 1.0, **changes})
    assert caught.value.where == where


def test_two_mistakes_are_both_named() -> None:
    with pytest.raises(CheckError) as caught:
        UniformConverter(bits=3, low=1.0, high=0.0, inl=np.zeros(2))
    assert [item.where for item in caught.value.issues] == ["converter.low", "converter.inl"]


# Specs, crossbar_nladc section 3.7: a ramp that is bent for f(x) = x is a straight one.
@pytest.mark.parametrize("bits", [3, 5, 8])
def test_nonlinear_converter_of_the_identity_is_the_uniform_one(hardware, bits: int) -> None:
    adc = nonlinear_adc("linear", hardware(), bits=bits)
    _, values = adc.convert(ANALOG, noise=False)
    uniform = UniformConverter(bits=bits, low=-1.0, high=1.0)
    # Thresholds are sums of conductances: within rounding of one either code is right.
    apart = np.min(np.abs(ANALOG[:, None] - uniform.thresholds), axis=1) > 1e-9
    assert values[apart] == pytest.approx(uniform.convert(ANALOG[apart]), abs=1e-9)
    assert np.count_nonzero(apart) > 4900
