"""Tiles: reads, effects, ageing, learning, files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neuro.backends.crossbar.conduction import gain
from neuro.backends.crossbar.converters import UniformConverter
from neuro.backends.crossbar.devices import (
    ProportionalReadNoise,
    PulseWriting,
    SinhConduction,
)
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.tile import Tile
from neuro.errors import CapacityError, ResultError, ValidationError

RNG = np.random.default_rng(11)
WEIGHTS = RNG.normal(size=(12, 5))
INPUTS = RNG.uniform(-1, 1, (7, 12))
OHM = 1e-6


@pytest.mark.parametrize("mapping", ["differential", "offset", "single"])
@pytest.mark.parametrize("scale_by", ["tile", "column"])
def test_ideal_tile_multiplies(hardware, mapping: str, scale_by: str) -> None:
    weights = np.abs(WEIGHTS) if mapping == "single" else WEIGHTS
    options = Options(mapping=mapping, scale_by=scale_by)
    tile = Tile(weights, hardware(g_min=5.0), options, precision="float64")
    assert tile.mvm(INPUTS) == pytest.approx(INPUTS @ weights, abs=1e-12)
    assert tile.mvm(INPUTS[0]) == pytest.approx(INPUTS[0] @ weights, abs=1e-12)
    assert tile.events([0, 3, 11]) == pytest.approx(weights[[0, 3, 11]].sum(axis=0), abs=1e-12)
    assert tile.weights == pytest.approx(weights, abs=1e-13)


# Inputs are whole cycles of 31.
@pytest.mark.parametrize("dac", ["pwm", "voltage", "bit_serial"])
def test_encoded_inputs_are_quantised(hardware, dac) -> None:
    tile = Tile(WEIGHTS, hardware(), precision="float64")
    quantised = np.rint(31 * INPUTS) / 31
    assert tile.mvm(INPUTS, dac=dac) == pytest.approx(quantised @ WEIGHTS, abs=1e-12)


def test_converter_gives_its_levels(hardware) -> None:
    converter = UniformConverter(bits=4, low=-8.0, high=8.0)
    tile = Tile(WEIGHTS, hardware(), precision="float64")
    expected = converter.convert(INPUTS @ WEIGHTS)
    assert tile.mvm(INPUTS, converter=converter) == pytest.approx(expected, abs=1e-12)


# Of each read: sum over devices of (r u G)^2, both devices of a pair.
@pytest.mark.parametrize("mapping", ["differential", "offset", "single"])
def test_read_noise_of_a_tile_is_that_of_its_devices(hardware, mapping: str) -> None:
    weights = np.abs(WEIGHTS)
    noisy = hardware(read_noise=ProportionalReadNoise(ratio=0.02))
    tile = Tile(weights, noisy, Options(mapping=mapping), precision="float64")
    sample = tile.mvm(np.broadcast_to(INPUTS[0], (20_000, 12)))
    squares = (0.02 * INPUTS[0][:, None] * tile.array.conductance) ** 2
    sums = squares.sum(axis=0)
    if mapping == "differential":
        sums = sums[0::2] + sums[1::2]
    elif mapping == "offset":
        sums = sums[:-1] + sums[-1]
    assert sample.std(axis=0) == pytest.approx(np.sqrt(sums) * tile.mapping.scale, rel=0.02)


# The reference column of an offset mapping is one device column: its noise is in every output.
def test_offset_outputs_share_the_noise_of_the_reference(hardware) -> None:
    noisy = hardware(read_noise=ProportionalReadNoise(ratio=0.02))
    tile = Tile(np.full((12, 2), -1.0), noisy, Options(mapping="offset"), precision="float64")
    sample = tile.mvm(np.ones((20_000, 12)))
    # Weights of -1 are devices without conductance, hence without noise of their own.
    assert np.corrcoef(sample.T)[0, 1] == pytest.approx(1.0)


def test_wires_take_current_away_and_are_part_of_the_effective_conductance(hardware) -> None:
    wired = hardware(wire_row=2 * OHM, wire_column=2 * OHM)
    tile = Tile(np.ones((64, 64)), wired, precision="float64")
    effective, devices = tile.effective_conductance(), tile.array.conductance
    assert np.all(effective[:, 0::2] < devices[:, 0::2])
    expected = INPUTS[0, 0] * tile.mapping.combined(effective[5], 1.0)
    vector = np.zeros(64)
    vector[5] = INPUTS[0, 0]
    assert tile.mvm(vector) == pytest.approx(expected, rel=1e-12)


# Specs, section 3.6: N = 16, r = 1 ohm, uniform 100 uS: 0.98167088 of the ideal current.
def test_wires_give_the_reference_current(hardware) -> None:
    wired = hardware(wire_row=OHM, wire_column=OHM)
    tile = Tile(np.ones((16, 16)), wired, Options(mapping="single"), precision="float64")
    assert tile.mvm(np.ones(16)).sum() / 256 == pytest.approx(0.98167088, abs=1e-7)


def test_wires_that_warm_up_take_more(hardware) -> None:
    wired = hardware(wire_row=OHM, wire_column=OHM, wire_temperature=0.0045)
    sums = []
    for temperature in (300.0, 400.0):
        tile = Tile(np.ones((16, 16)), wired, Options(temperature=temperature))
        sums.append(tile.events(np.arange(16)).sum())
    assert sums[1] < sums[0] < 256


# The gain takes sinh out completely at the read voltage, whatever the weight.
def test_conduction_at_the_read_voltage_is_taken_out_by_the_gain(hardware) -> None:
    bent = hardware(iv=SinhConduction(voltage=100.0))
    tile = Tile(WEIGHTS, bent, precision="float64")
    assert gain(bent) == pytest.approx(np.sinh(2) / 2)
    assert tile.mvm(INPUTS, dac="pwm") == pytest.approx(
        Tile(WEIGHTS, hardware(), precision="float64").mvm(INPUTS, dac="pwm"), abs=1e-12
    )
    # Half of the voltage gives less than half of the current.
    one = np.zeros(12)
    one[0] = 0.5
    bits = replace(bent, dac_bits=16)
    half = Tile(WEIGHTS, bits, precision="float64").mvm(one, dac="voltage")
    assert half == pytest.approx(WEIGHTS[0] * np.sinh(1) / np.sinh(2), rel=1e-4)


def test_bent_conduction_of_negative_pulses_is_that_of_negative_voltages(hardware) -> None:
    found = hardware("rram_milo2021")
    options = Options(programming_error=False, read_noise=False, wires=False, faults=False)
    tile = Tile(np.abs(WEIGHTS[:2]), found, options, precision="float64")
    conductance, voltage = tile.array.conductance, found.v_read
    current = found.iv.current(conductance, np.asarray(-voltage)) / voltage
    expected = (current[:, 0::2] - current[:, 1::2])[0] * tile.mapping.scale / gain(found)
    assert tile.mvm([-1.0, 0.0]) == pytest.approx(expected, rel=1e-12)
    assert not np.allclose(tile.mvm([1.0, 0.0]), -tile.mvm([-1.0, 0.0]), rtol=1e-4)


def test_levels_quantise_weights(hardware) -> None:
    tile = Tile([[0.0, 0.3, 0.6, 1.0]], hardware(), Options(levels=3))
    assert tile.weights.tolist() == [[0.0, 0.5, 0.5, 1.0]]


def test_aged_tile_is_read_as_it_is_now(hardware) -> None:
    tile = Tile(np.ones((4, 3)), hardware("pcm_nandakumar2019"), Options(wires=False))
    before = tile.weights.mean()
    tile.age(86_400e3)
    # (86400 / 20 + 1) ** -0.049 is 0.66.
    assert tile.weights.mean() / before == pytest.approx(0.66, abs=0.07)
    with pytest.raises(ValidationError, match=r"8.64e\+07 ms old"):
        tile.age(0.0)


# 40 states over the range: a pulse is 1/40 of the largest weight.
def test_learning_moves_weights_by_pulses(hardware) -> None:
    written = hardware(write=PulseWriting(step=2.5, noise=0.0))
    tile = Tile(np.zeros((2, 2)), written, largest=4.0)
    rows, columns = np.array([0, 1]), np.array([1, 0])
    pulses, conductance = tile.change(rows, columns, np.zeros(2), np.array([1.02, -0.49]))
    assert tile.weights.tolist() == [[0.0, 1.0], [-0.5, 0.0]]
    assert sorted(pulses.tolist()) == [5, 10]
    assert conductance == pytest.approx(10 * 25 + 5 * 12.5)
    assert tile.events([0]).tolist() == [0.0, 1.0]


def test_learning_stays_in_the_range_of_the_devices(hardware) -> None:
    tile = Tile(np.zeros((1, 1)), hardware(), largest=2.0)
    tile.change(np.array([0]), np.array([0]), np.zeros(1), np.array([9.0]))
    assert tile.weights.tolist() == [[2.0]]


def test_stuck_devices_do_not_learn(hardware) -> None:
    tile = Tile(np.zeros((30, 30)), hardware(stuck_off=0.5), largest=1.0)
    rows, columns = np.indices((30, 30)).reshape(2, -1)
    tile.change(rows, columns, np.zeros(900), np.ones(900))
    free = tile.array.stuck[:, 0::2] == 0
    assert np.array_equal(tile.weights, free.astype(float))


def test_saved_tile_continues_bit_for_bit(hardware, tmp_path: Path) -> None:
    tile = Tile(WEIGHTS, hardware("pcm_hermes"), seed=4, path=("a", 2))
    tile.age(1e5)
    tile.mvm(INPUTS)
    tile.save(tmp_path / "tile.h5")
    again = Tile.load(tmp_path / "tile.h5")
    for _ in range(2):
        assert np.array_equal(tile.mvm(INPUTS), again.mvm(INPUTS))
        assert np.array_equal(tile.events([1, 2]), again.events([1, 2]))
        for each in (tile, again):
            each.age(2e7)
            each.change(np.array([0]), np.array([1]), np.zeros(1), np.ones(1))
    assert np.array_equal(tile.effective_conductance(), again.effective_conductance())


@pytest.mark.parametrize("content", [None, b"", b"no HDF5 at all"])
def test_foreign_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "tile.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ResultError, match=r"tile file .*tile\.h5"):
        Tile.load(path)


def test_damaged_file_is_refused(hardware, tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "tile.h5"
    Tile(WEIGHTS, hardware()).save(path)
    with h5py.File(path, "a") as file:
        del file["arrays/stuck"]
    with pytest.raises(ResultError, match="damaged"):
        Tile.load(path)


def test_file_of_another_format_is_refused(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "tile.h5", "w") as file:
        file.attrs["format"] = "neuro-state"
    with pytest.raises(ResultError, match="format 'neuro-state'"):
        Tile.load(tmp_path / "tile.h5")


def test_weights_that_do_not_fit_are_refused(hardware) -> None:
    with pytest.raises(CapacityError) as caught:
        Tile(np.ones((3, 5)), hardware(), Options(tile_rows=4, tile_columns=8))
    assert caught.value.value == (3, 10) and "8 columns" in str(caught.value)


def test_vectors_of_another_length_are_refused(hardware) -> None:
    with pytest.raises(ValidationError, match="Vectors of 12 numbers"):
        Tile(WEIGHTS, hardware()).mvm(np.ones(11))


@pytest.mark.parametrize("effect", ["programming_error", "read_noise", "faults"])
def test_switching_one_effect_off_leaves_the_draws_of_the_others(hardware, effect: str) -> None:
    found = hardware("rram_nladc", stuck_off=0.2)
    on, off = (Tile(WEIGHTS, found, Options(wires=False, **{effect: state})) for state in (1, 0))
    if effect == "programming_error":
        assert np.array_equal(on.array.stuck, off.array.stuck)
    else:
        free = on.array.stuck == 0
        assert np.array_equal(on.array.programmed[free], off.array.programmed[free])
