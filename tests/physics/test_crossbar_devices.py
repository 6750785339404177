"""Device laws against their formulas: 1e5 devices, means and deviations within 2 %.

Specs, crossbar_nladc section 8, test 7. The standard error of a standard deviation of 1e5 draws is
0.22 %, that of a mean is checked against the deviation.
"""

from dataclasses import replace

import numpy as np
import pytest

from neuro.backends.crossbar.array import Array
from neuro.backends.crossbar.devices import (
    LognormalProgramming,
    PolynomialProgramming,
    TwoLevelTelegraph,
)
from neuro.backends.crossbar.hardware import Hardware, hardware_from
from neuro.hardware_configs import load_target, target_names

ROWS, COLUMNS = 400, 250
DAY = 86_400e3
NAMES = [name for name in target_names() if name.startswith("crossbar_")]


def hardware(name: str, **changes) -> Hardware:
    """Return hardware without stuck devices that is large enough."""
    found = hardware_from(load_target(f"crossbar_{name}"))
    free = {"stuck_off": 0.0, "stuck_on": 0.0, "array_rows": ROWS, "array_columns": COLUMNS}
    return replace(found, **{**free, **changes})


def devices(found: Hardware, target: float, seed: int = 0) -> Array:
    return Array(np.full((ROWS, COLUMNS), target), found, seed)


@pytest.mark.parametrize("name", [name.removeprefix("crossbar_") for name in NAMES])
def test_programmed_devices_have_the_published_mean_and_deviation(name: str) -> None:
    found = hardware(name)
    target = 0.8 * found.g_max  # far enough from 0 that nothing is clipped
    programmed = devices(found, target).programmed
    sigma = float(found.programming_sigma(np.array([target]))[0])
    assert programmed.std() == pytest.approx(sigma, rel=0.02)
    assert programmed.mean() == pytest.approx(target, abs=0.02 * sigma)


# A constant, and a proportional error are polynomials of degree 0 and 1.
@pytest.mark.parametrize(
    ("law", "sigma"),
    [
        (PolynomialProgramming(error=(1.5,), scale=1.0), 1.5),
        (PolynomialProgramming(error=(0.0, 0.05), scale=1.0), 2.0),
        (LognormalProgramming(spread=0.3), 40 * np.sqrt(np.expm1(0.09))),
    ],
)
def test_write_error_laws_keep_the_mean(law, sigma: float) -> None:
    programmed = devices(hardware("ideal", programming=law), 40.0).programmed
    assert programmed.std() == pytest.approx(sigma, rel=0.02)
    assert programmed.mean() == pytest.approx(40.0, abs=0.02 * sigma)


def test_lognormal_error_is_normal_in_the_logarithm() -> None:
    found = hardware("ideal", programming=LognormalProgramming(spread=0.3))
    logarithm = np.log(devices(found, 40.0).programmed)
    assert logarithm.std() == pytest.approx(0.3, rel=0.02)
    assert logarithm.mean() == pytest.approx(np.log(40) - 0.045, abs=0.006)


def test_stuck_devices_have_their_probabilities_and_ends() -> None:
    found = hardware("rram_nladc", stuck_off=0.02, stuck_on=0.05)
    array = devices(found, 70.0)
    # Binomial standard errors: 0.00044 and 0.00069; three of them.
    assert np.mean(array.conductance == found.g_min) == pytest.approx(0.02, abs=0.0014)
    assert np.mean(array.conductance == found.g_max) == pytest.approx(0.05, abs=0.0021)


# Nandakumar et al.: at g = 0.8 the mean exponent is clipped to 0.049, its deviation to 0.008.
# HERMES: above the knees, 0.0736 - 0.0126 g - 0.0436 g^2 and 0.0073 + 0.0093 g - 0.0118 g^2.
@pytest.mark.parametrize(
    ("name", "start", "mean", "spread"),
    [
        ("pcm_nandakumar2019", 20e3, 0.049, 0.008),
        ("pcm_hermes", 300e3, 0.0736 - 0.01008 - 0.027904, 0.0073 + 0.00744 - 0.007552),
    ],
)
def test_drift_exponent_is_recovered_by_regression(name, start, mean, spread) -> None:
    found = replace(hardware(name), flicker=hardware("ideal").flicker)
    array = devices(found, 0.8 * found.g_max)
    times = np.array([10.0, 100.0, 1e3, 1e4]) * start
    logarithms = []
    for time in times:
        array.age(float(time))
        logarithms.append(np.log(array.conductance).ravel())
    slopes = -np.polyfit(np.log((times + start) / start), np.array(logarithms), 1)[0]
    assert slopes.mean() == pytest.approx(mean, rel=0.02)
    assert slopes.std() == pytest.approx(spread, rel=0.02)


# Below the knee of Nandakumar's fit: g = 0.1: mu = 0.0155 ln 10 + 0.0244, sigma = 0.0125 ln 10
# - 0.0059.
def test_drift_exponent_grows_for_low_conductances() -> None:
    law = hardware("pcm_nandakumar2019").drift
    target = np.array([2.5])
    assert law.mean(target)[0] == pytest.approx(0.0155 * np.log(10) + 0.0244)
    assert law.spread(target)[0] == pytest.approx(0.0125 * np.log(10) - 0.0059)


# Wan et al., at the middle of the range: 2.0229 uS after 1 s; after a day
# 0.701 + 11.043 - 12.69325 + 5.886875 - 1.028625 = 3.909 uS.
def test_retention_reaches_the_published_deviation_after_a_day() -> None:
    array = devices(hardware("rram_wan2022"), 20.0)
    assert array.conductance.std() == pytest.approx(2.0229375, rel=0.02)
    array.age(DAY)
    assert array.conductance.std() == pytest.approx(3.909, rel=0.02)


# CMO/HfOx after a day: mean -0.0890 ln 86400, deviation 0.0420 ln 86400 + 0.4118, in uS, beside
# 0.0112 + 0.01129 * 60 of the write.
def test_relaxation_shifts_and_widens_with_the_logarithm_of_time() -> None:
    found = replace(hardware("rram_cmo_hfox"), flicker=hardware("ideal").flicker)
    array = devices(found, 60.0)
    array.age(DAY)
    passed = np.log(86_400)
    sigma = np.hypot(0.0112 + 0.01129 * 60, 0.0420 * passed + 0.4118)
    assert array.conductance.std() == pytest.approx(sigma, rel=0.02)
    assert array.conductance.mean() == pytest.approx(60 - 0.0890 * passed, abs=0.02 * sigma)


# Nandakumar et al.: Q = 0.0088 / g^0.65, sigma = G Q sqrt(ln((t + t_r) / (2 t_r))), t_r = 250 ns.
# HERMES at g = 0.8: Q = 0.0123 + 0.0211 g - 0.0280 g^2 + 0.0069 g^3, t_r = 512 ns.
# CMO/HfOx: 0.0277316 log10(G) instead of G Q, t_r = 1 us.
@pytest.mark.parametrize(
    ("name", "amplitude", "read_time"),
    [
        ("pcm_nandakumar2019", 20.0 * 0.0088 / 0.8**0.65, 250e-9),
        ("pcm_hermes", 16.56 * (0.0123 + 0.01688 - 0.01792 + 0.0035328), 512e-9),
        ("rram_cmo_hfox", 0.0277316483 * np.log10(72.0), 1e-6),
    ],
)
def test_flicker_noise_has_the_published_size_and_persists(name, amplitude, read_time) -> None:
    ideal = hardware("ideal")
    found = replace(hardware(name), programming=ideal.programming, drift=ideal.drift)
    array = devices(found, 0.8 * found.g_max)
    array.age(1e6)
    growth = np.sqrt(np.log((1e3 + read_time) / (2 * read_time)))
    assert array.conductance.std() == pytest.approx(amplitude * growth, rel=0.02)
    first = array.conductance.copy()
    assert np.array_equal(array.conductance, first)
    array.age(2e6)
    assert np.corrcoef(first.ravel(), array.conductance.ravel())[0, 1] == pytest.approx(
        0, abs=3e5**-0.5 * 3
    )


def test_telegraph_noise_has_its_occupation_and_memory() -> None:
    law = TwoLevelTelegraph(amplitude=0.2, lower_time=3.0, upper_time=1.0)
    array = devices(hardware("ideal", telegraph=law), 50.0)
    first = array.conductance > 50
    assert first.mean() == pytest.approx(0.25, abs=0.0041)  # three standard errors
    assert array.conductance.mean() == pytest.approx(50.0, rel=0.002)
    array.age(0.5)
    stayed = np.mean((array.conductance > 50)[first])
    # p + (1 - p) exp(-t (1/3 + 1)), of 25 000 devices.
    assert stayed == pytest.approx(0.25 + 0.75 * np.exp(-2 / 3), abs=0.0095)


def test_thermal_noise_is_that_of_the_conductance() -> None:
    found = hardware("ideal", thermal_noise=True)
    variance = devices(found, 100.0).read_variance()
    # In SI: sqrt(4 k T G / (2 T_int)) / V, with 1 ns and 0.2 V.
    sigma = np.sqrt(4 * 1.380649e-23 * 300 * 100e-6 / 2e-9) / 0.2
    assert variance is not None
    assert np.sqrt(variance[0, 0]) == pytest.approx(1e6 * sigma, rel=1e-9)


def test_temperature_follows_arrhenius_law() -> None:
    energy = 0.1 * 1.602176634e-19 * 1e15
    array = devices(hardware("ideal", activation_energy=energy), 40.0)
    array.heat(350.0)
    factor = np.exp(-0.1 / 8.617333262e-5 * (1 / 350 - 1 / 300))
    assert array.conductance[0, 0] == pytest.approx(40 * factor, rel=1e-9)


@pytest.mark.parametrize("name", [name.removeprefix("crossbar_") for name in NAMES])
def test_the_same_seed_gives_the_same_devices_and_another_one_others(name: str) -> None:
    found = hardware(name)
    arrays = [devices(found, 0.5 * found.g_max, seed) for seed in (3, 3, 4)]
    for array in arrays:
        array.age(1e6)
    assert np.array_equal(arrays[0].conductance, arrays[1].conductance)
    if name != "ideal":
        assert not np.array_equal(arrays[0].conductance, arrays[2].conductance)
