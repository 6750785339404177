from dataclasses import replace

import numpy as np
import pytest

from neuro.experiments.lsm import Run, load_sample, preset


@pytest.mark.parametrize(("backend", "cell"), [("cpu", "discrete"), ("spinnaker", "current")])
def test_network_is_written_in_cells_that_the_hardware_has(backend, cell):
    model = Run(backend=backend).estimator(preset("authors", "digits"), 0)
    assert model.parameters.cell == cell


def test_reservoirs_of_a_run_have_devices_of_their_own_and_are_the_same_again():
    settings = preset("authors", "digits")
    pairs = [
        Run(seed=seed).estimator(settings, number).place(4).pairs_[0].plus
        for seed, number in ((0, 0), (0, 1), (1, 0))
    ]
    assert not np.array_equal(pairs[0], pairs[1])
    # Reservoir 1 of seed 0 is reservoir 0 of seed 1.
    assert np.array_equal(pairs[1], pairs[2])


def test_spinnaker_and_the_array_count_alike_on_real_events():
    improved = preset("improved", "digits")
    settings = replace(improved, parameters=replace(improved.parameters, neurons=60))
    frames = load_sample(settings).test.frames[:2]
    array, machine = (
        Run(backend=backend).estimator(settings, 0).place(frames.shape[2]).count(frames)
        for backend in ("cpu", "spinnaker")
    )
    # Single spikes part at ties; over three counters of 60 neurons the sums stay within a per cent.
    assert array.sum() > 300
    assert np.abs(machine - array).sum() <= 0.01 * array.sum()
