"""Conduction, learning pulses and generators, by hand."""

import numpy as np
import pytest

from neuro.backends.crossbar.devices import (
    LAWS,
    CubicConduction,
    ExactWriting,
    PulseWriting,
    SinhConduction,
)
from neuro.backends.crossbar.devices.thermal import wire_factor
from neuro.backends.crossbar.generators import generator_from, generator_state
from neuro.backends.crossbar.hardware import hardware_from
from neuro.hardware_configs import load_target


def test_every_kind_of_law_has_one_for_no_effect() -> None:
    assert all(next(iter(laws)) in ("none", "linear", "exact") for laws in LAWS.values())


def test_sinh_conduction_is_ohmic_at_small_voltages() -> None:
    law = SinhConduction(voltage=250.0)
    one = np.array([100.0])
    assert law.current(one, np.array([1e-3]))[0] == pytest.approx(0.1, rel=1e-9)
    assert law.current(one, np.array([250.0]))[0] == pytest.approx(100 * 250 * np.sinh(1))
    assert law.differential(one, np.array([250.0]))[0] == pytest.approx(100 * np.cosh(1))


# Milo et al. as fitted by CrossSim, in SI: I = G V + N2 V^2 + N3 V^3 with N2 and N3 cubic and
# quadratic in log10 G.
@pytest.mark.parametrize("siemens", [62.5e-6, 110e-6])
@pytest.mark.parametrize("volt", [0.5, -0.5, 0.2])
def test_cubic_conduction_is_the_published_fit(siemens: float, volt: float) -> None:
    law = hardware_from(load_target("crossbar_rram_milo2021")).iv
    square = np.polyval([0.0001388, 0.001541, 0.005711, 0.007063], np.log10(siemens))
    cube = np.polyval([8.8710e-05, 6.7919e-04, 1.2968e-03], np.log10(siemens))
    expected = siemens * volt + square * volt**2 + cube * volt**3
    found = law.current(np.array([1e6 * siemens]), np.array([1e3 * volt]))[0]
    assert found == pytest.approx(1e9 * expected, rel=1e-9)


@pytest.mark.parametrize(
    "law",
    [
        SinhConduction(voltage=250.0),
        CubicConduction(square=(1e-5, 2e-6), cube=(3e-4,), limit=500.0),
    ],
)
def test_differential_conductance_is_the_slope_of_the_current(law) -> None:
    g, v, h = np.array([80.0]), np.array([150.0]), 1e-3
    slope = (law.current(g, v + h) - law.current(g, v - h)) / (2 * h)
    assert law.differential(g, v) == pytest.approx(slope, rel=1e-7)


def test_open_device_carries_no_cubic_current() -> None:
    law = hardware_from(load_target("crossbar_rram_milo2021")).iv
    assert law.current(np.zeros(1), np.array([500.0])).tolist() == [0.0]


def test_changes_are_rounded_to_whole_pulses() -> None:
    law = PulseWriting(step=2.0, noise=0.0)
    start = np.full(4, 50.0)
    change = np.array([0.9, 3.1, -5.2, 0.0])
    moved, pulses = law.changed(start, change, np.random.default_rng(0))
    assert moved.tolist() == [50.0, 54.0, 44.0, 50.0]
    assert pulses.tolist() == [0, 2, 3, 0]


# n pulses that each miss by 5 % of a step of 2 uS: sqrt(n) * 0.1 uS.
def test_noise_of_pulses_grows_with_their_root() -> None:
    law = PulseWriting(step=2.0, noise=0.05)
    start = np.full(40_000, 50.0)
    moved, _ = law.changed(start, np.full(40_000, 18.0), np.random.default_rng(1))
    assert moved.std() == pytest.approx(0.3, rel=0.02)
    assert moved.mean() == pytest.approx(68.0, abs=0.006)


def test_exact_writes_take_one_pulse() -> None:
    moved, pulses = ExactWriting().changed(
        np.array([1.0, 2.0]), np.array([0.25, 0.0]), np.random.default_rng(0)
    )
    assert moved.tolist() == [1.25, 2.0] and pulses.tolist() == [1, 0]


# NeuroSim: 0.45 % for a kelvin.
def test_wires_gain_resistance_when_they_warm_up() -> None:
    assert wire_factor(0.0045, 320.0, 300.0) == pytest.approx(1.09)


def test_generator_continues_in_the_middle_of_a_word() -> None:
    rng = np.random.default_rng(7)
    rng.integers(10, size=3, dtype=np.uint32)  # leaves half a word behind
    copy = generator_from(generator_state(rng))
    assert np.array_equal(
        rng.integers(1 << 30, size=5, dtype=np.uint32),
        copy.integers(1 << 30, size=5, dtype=np.uint32),
    )
    assert np.array_equal(rng.standard_normal(4), copy.standard_normal(4))
