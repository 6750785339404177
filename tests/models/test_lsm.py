"""Conformance of the reservoir (specs, resistive_lsm section 7) on every path that runs it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from lsm_data import shared_data

from neuro.errors import CheckError, ValidationError
from neuro.experiments.lsm import Run, load_task, preset
from neuro.models.lsm import RESERVOIR, LSMParameters, lsm, lsm_arrays, lsm_decays, lsm_pairs
from neuro.resistive import run_array
from neuro.run import check, compile_network, simulate
from neuro.tasks.reservoir import rebinned, spike_lists

SMALL = LSMParameters(lines=64, neurons=80, factor=0.1)


def frames_of(parameters, samples=6, steps=50, rate=0.1, seed=0):
    return np.random.default_rng(seed).random((samples, steps, parameters.lines)) < rate


def dense(parameters, frames, bins=1, seed=1):
    arrays = lsm_arrays(parameters, seed=seed)
    decays = lsm_decays(parameters)
    return run_array(frames, arrays, decays, parameters.threshold, bins=bins).counts


def on_backend(parameters, frames, bins=1, seed=1, **where):
    late = parameters.cell == "current"
    steps = frames.shape[1]
    with compile_network(lsm(parameters, seed=seed), **where) as program:
        samples = [spike_lists(frame) for frame in frames]
        counts = program.run_batch(
            float(steps + late), samples, bins=steps + 1 if late else bins
        ).counts[RESERVOIR]
    return rebinned(counts[:, 1:], bins) if late else counts


# Test 5: one counter for each step is every spike.
@pytest.mark.parametrize(
    ("backend", "target"),
    [("cpu", "cpu"), ("cpu", "cpu_reference"), ("crossbar", "crossbar_ideal")],
)
def test_dense_and_event_driven_runs_have_the_same_spikes(backend, target):
    parameters = replace(SMALL, decay_last=0.99)
    frames = frames_of(parameters)
    expected = dense(parameters, frames, bins=50)
    found = on_backend(parameters, frames, bins=50, backend=backend, target=target)
    assert np.array_equal(found, expected)
    assert expected.sum() > 500


def test_single_and_batched_runs_have_the_same_spikes():
    frames = frames_of(SMALL, samples=1)
    with compile_network(lsm(SMALL, seed=1)) as program:
        program.run(50.0, inputs=spike_lists(frames[0]))
        trains = program.result().spikes[RESERVOIR]
    # Under `exact` a spike of step t carries the time of its end.
    table = np.zeros((50, SMALL.neurons), dtype=int)
    np.add.at(table, (np.round(trains.times).astype(int) - 1, trains.indices), 1)
    assert np.array_equal(table, dense(SMALL, frames, bins=50)[0])


# Test 11.
def test_same_seed_same_spikes_and_another_seed_others():
    frames = frames_of(SMALL)
    assert np.array_equal(dense(SMALL, frames, seed=3), dense(SMALL, frames, seed=3))
    assert not np.array_equal(dense(SMALL, frames, seed=3), dense(SMALL, frames, seed=4))


@pytest.mark.slow
def test_accuracy_of_the_published_settings_and_its_spread_over_reservoirs():
    # Specs, section 5.2: 75.7 +- 2.0 over 5 reservoirs; 5.3 asks for 74. The deviation of five
    # draws with sd 2.0 is between 0.45 and 3.85 in 99 of 100 cases (chi-square, 4 degrees).
    settings = preset("authors", "nmnist")
    task = load_task("nmnist", settings, shared_data())
    scores = [
        100
        * Run()
        .estimator(settings, number)
        .fit(task.train.frames, task.train.labels)
        .score(task.test.frames, task.test.labels)
        for number in range(5)
    ]
    assert np.mean(scores) >= 74
    assert 0.45 < np.std(scores, ddof=1) < 3.85


def test_input_and_recurrent_matrices_have_the_spread_of_the_chip():
    for law in ("normal", "gaussian", "measured", "lognormal"):
        arrays = lsm_arrays(LSMParameters(neurons=256, factor=1.0, law=law), seed=0)
        for array in arrays:
            # Specs, section 1.2: sd 6.61 to 6.67 uS; 65 536 weights give it within 1 %.
            assert array.weights.std() == pytest.approx(6.65, rel=0.015), law


def test_measured_differences_are_drawn_as_they_are():
    parameters = LSMParameters(lines=8, neurons=8, differences=np.array([-3.0, 5.0]))
    found = lsm_pairs(parameters, seed=0)[0].difference
    assert set(np.round(found, 12).ravel().tolist()) == {-3.0, 5.0}


def test_decays_are_spread_on_a_geometric_scale():
    decays = lsm_decays(replace(SMALL, neurons=3, decay=np.exp(-1 / 4), decay_last=np.exp(-1 / 64)))
    assert -1 / np.log(decays) == pytest.approx([4.0, 16.0, 64.0])


# Test 12: leaky integrate-and-fire neurons with currents, a projection for each sign.
def test_current_form_has_the_same_spikes_on_the_cpu():
    frames = frames_of(SMALL)
    expected = dense(SMALL, frames, bins=50)
    found = on_backend(replace(SMALL, cell="current"), frames, bins=50)
    agreeing = (found & expected).sum() / max(found.sum(), expected.sum())
    assert agreeing > 0.99


def spikes_on_spinnaker(parameters, frames):
    current = replace(parameters, cell="current")
    return on_backend(current, frames, bins=50, backend="spinnaker")


def test_current_form_has_the_same_spikes_on_the_spinnaker_emulator():
    # Recurrence as weak as in the settings for the event camera.
    parameters = replace(SMALL, recurrent_scale=0.1)
    frames = frames_of(parameters, samples=8)
    expected = dense(parameters, frames, bins=50)
    found = spikes_on_spinnaker(parameters, frames)
    agreeing = (found & expected).sum() / max(found.sum(), expected.sum())
    assert expected.sum() > 1000
    assert agreeing > 0.99


def first_differences(parameters, frames, found):
    """Yield how far from threshold each neuron was that was the first of its sample to differ."""
    into, back = (array.weights for array in lsm_arrays(parameters, seed=1))
    for frame, trains in zip(frames, found, strict=True):
        u, spikes = np.zeros(parameters.neurons), np.zeros(parameters.neurons)
        for x, there in zip(frame, trains, strict=True):
            u = parameters.decay * u * (1 - spikes) + x @ into + spikes @ back
            spikes = (u > parameters.threshold).astype(float)
            if not np.array_equal(spikes, there):
                yield from np.abs(u - parameters.threshold)[spikes != there]
                break


def test_strong_recurrence_parts_on_spinnaker_only_at_ties_within_the_weight_grid():
    # The reservoir is chaotic: one spike that moves takes others with it, and 99 % of spikes
    # cannot be asked for. What can: no neuron parts first unless it was at threshold within the
    # rounding of the weights that reached it.
    frames = frames_of(SMALL, samples=8)
    distances = list(first_differences(SMALL, frames, spikes_on_spinnaker(SMALL, frames)))
    # Shift 3 for at most 8 nA expected in a step: a grid of 2^-12 nA. Half of that for each of at
    # most 20 synapses a step, summed over the membrane's ten steps.
    assert 0 < len(distances) <= 8
    assert max(distances) < 20 * 10 * 2**-13


def test_weights_on_spinnaker_are_on_the_grid_of_the_expected_input():
    report = check(lsm(replace(SMALL, cell="current")), target="spinnaker_spin5")
    found = (re.match(r"(\d+) of (\d+) weights are stored as 0", f.value) for f in report.findings)
    lost, total = np.array([match.groups() for match in found if match], dtype=int).sum(axis=0)
    # Half of 2^-12 nA in a normal spread of 0.67 nA is 1.5e-4 of the weights; with a grid of
    # 2^-7 nA, as for all sources at once, it would be 5e-3.
    assert 0 < lost / total < 1e-3


def test_silence_in_is_silence_out():
    assert simulate(lsm(SMALL), 20.0).spikes[RESERVOIR].times.size == 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lines": 0}, "lsm.lines"),
        ({"law": "uniform"}, "lsm.law"),
        ({"decay": 1.0}, "lsm"),
        ({"sparsity": 1.0}, "lsm"),
        ({"factor": 0.0}, "lsm.factor"),
    ],
)
def test_parameters_out_of_range_are_refused_where_they_are(changes, where):
    with pytest.raises(ValidationError) as caught:
        lsm(replace(SMALL, **changes))
    assert caught.value.where == where


def test_all_wrong_parameters_are_named_at_once():
    with pytest.raises(CheckError) as caught:
        lsm(replace(SMALL, lines=0, neurons=-1, cell="analog"))
    assert len(caught.value.issues) == 3
