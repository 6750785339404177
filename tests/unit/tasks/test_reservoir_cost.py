"""Accounts of specs, resistive_lsm section 6 and its conformance test 9."""

import pytest

from neuro.tasks.reservoir_cost import (
    EncoderSize,
    inference_energy,
    training_ratio_full,
    training_ratio_published,
)

IMAGE = EncoderSize(steps=50, lines=256, neurons=200, input_spikes=1160, spikes=710)
AUDIO = EncoderSize(steps=129, lines=64, neurons=200, input_spikes=699, spikes=978)
EEG = (
    EncoderSize(steps=201, lines=192, neurons=2048),
    EncoderSize(steps=50, lines=784, neurons=2048),
)


def test_operation_counts_are_those_of_the_paper_sizes():
    assert (IMAGE.dense_macs, AUDIO.dense_macs) == (4_560_000, 6_811_200)
    assert (IMAGE.additions, AUDIO.additions) == (374_000, 335_400)


def test_training_ratios_are_the_published_ones():
    assert training_ratio_published([IMAGE, AUDIO], 64) == pytest.approx(152.81, abs=0.005)
    assert training_ratio_published(EEG, 256) == pytest.approx(392.92, abs=0.005)
    assert training_ratio_full([IMAGE, AUDIO], 64, 100) == pytest.approx(179.5, abs=0.05)


def test_energy_ratios_are_those_of_the_check():
    report = inference_energy([IMAGE, AUDIO], 64)
    energies = {basis.name: basis.energy for basis in report.bases}
    # 35 800 neuron-steps x 13.6 pJ = 0.487 uJ; dense digital 10.93 uJ, event-driven 0.682 uJ.
    digital = next(basis for basis in report.bases if basis.name == "digital, dense").rows[0]
    assert digital.energy / (35_800 * 13.6e3) == pytest.approx(22.5, abs=0.1)
    sparse = next(b for b in report.bases if b.name == "digital, event-driven").rows[0]
    assert sparse.energy / (35_800 * 13.6e3) == pytest.approx(1.4, abs=0.01)
    # The components come close to that one constant.
    assert energies["array, event-driven"] == pytest.approx(35_800 * 13.6e3, rel=0.05)


def test_a_bit_less_halves_the_conversions():
    eight, six = (inference_energy([IMAGE], 64, adc_bits=bits).bases[0] for bits in (8, 6))
    name = "conversions"
    energy = [next(r.energy for r in basis.rows if r.name == name) for basis in (eight, six)]
    assert energy[0] == pytest.approx(4 * energy[1])
