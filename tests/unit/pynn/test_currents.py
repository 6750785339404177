from typing import Any

import numpy as np
import pytest

import neuro.pynn as sim
from neuro import simulate
from neuro.errors import UnsupportedError

QUIET = {"v_thresh": 1000.0, "tau_m": 10.0, "cm": 1.0}
"""A membrane of 10 megaohm that never fires."""


def cells(size: int = 1, **parameters: Any) -> Any:
    made = sim.Population(size, sim.IF_curr_exp(**{**QUIET, **parameters}))
    made.record("v")
    return made


def trace(group: Any) -> Any:
    return group.get_data().segments[-1].analogsignals[0].magnitude


def test_constant_current_acts_from_start_to_stop() -> None:
    made = cells()
    made.inject(sim.DCSource(amplitude=0.5, start=2.0, stop=12.0))
    sim.run(15.0)
    found = trace(made)[:, 0] + 65.0
    # 10 megaohm times 0.5 nA, charged for 10 ms and then left for 3 ms.
    assert found[20] == 0.0
    assert found[120] == pytest.approx(5.0 * -np.expm1(-1.0))
    assert found[150] == pytest.approx(5.0 * -np.expm1(-1.0) * np.exp(-0.3))


def test_steps_of_a_current_are_taken_in_turn() -> None:
    made = cells(tau_m=0.1)
    source = sim.StepCurrentSource(times=[1.0, 2.0, 3.0], amplitudes=[1.0, -1.0, 0.0])
    source.inject_into(made)
    sim.run(4.0)
    # With a time constant of one step, ten steps are ten time constants; 0.1 megaohm.
    assert trace(made)[[10, 20, 30, 40], 0] + 65.0 == pytest.approx([0, 0.1, -0.1, 0], abs=1e-5)


def test_currents_of_several_sources_and_the_offset_add_up() -> None:
    made = cells(3, i_offset=0.1)
    sim.DCSource(amplitude=0.2).inject_into(made[1:])
    sim.DCSource(amplitude=0.4).inject_into([made[2]])
    sim.run(200.0)
    assert trace(made)[-1] + 65.0 == pytest.approx([1.0, 3.0, 7.0])


def test_current_reaches_all_members_of_an_assembly() -> None:
    one, two = cells(1), cells(2)
    sim.DCSource(amplitude=1.0).inject_into(one + two[1:])
    sim.run(200.0)
    found = np.concatenate([trace(one)[-1], trace(two)[-1]]) + 65.0
    assert found == pytest.approx([10.0, 0.0, 10.0])


def test_sine_starts_with_its_phase() -> None:
    source = sim.ACSource(
        amplitude=0.5, offset=0.1, frequency=100.0, phase=90.0, start=1.0, stop=6.0
    )
    cells().inject(source)
    sim.run(8.0)
    signal = source.get_data()
    found = signal.magnitude.ravel()
    # A cosine of 10 ms about 0.1 nA: highest at 1 ms, lowest at 6 ms, where it has ended.
    assert found[[9, 10, 35, 60]] == pytest.approx([0.0, 0.6, 0.1, 0.0], abs=1e-9)
    assert found[59] == pytest.approx(0.1 + 0.5 * np.cos(2 * np.pi * 0.49))
    assert float(signal.sampling_period.rescale("ms")) == pytest.approx(0.1)


def test_noise_has_its_moments_and_interval_and_repeats_with_the_seed() -> None:
    courses = []
    for seed in (3, 3, 4):
        sim.setup(timestep=0.5, seed=seed)
        source = sim.NoisyCurrentSource(mean=0.2, stdev=0.1, start=10.0, stop=210.0, dt=1.0)
        other = sim.NoisyCurrentSource(mean=0.2, stdev=0.1, start=10.0, stop=210.0, dt=1.0)
        numbers = np.array([source.amplitude_at(step) for step in range(440)])
        courses.append(numbers)
        assert not np.array_equal(numbers, [other.amplitude_at(step) for step in range(440)])
    inside = courses[0][20:420].reshape(-1, 2)
    assert np.all(courses[0][:20] == 0) and np.all(courses[0][420:] == 0)
    assert np.array_equal(inside[:, 0], inside[:, 1])
    # 200 draws: standard errors of 0.0071 in the mean and 0.0050 in the deviation.
    assert inside[:, 0].mean() == pytest.approx(0.2, abs=4 * 0.0071)
    assert inside[:, 0].std() == pytest.approx(0.1, abs=4 * 0.0050)
    assert np.array_equal(courses[0], courses[1])
    assert not np.array_equal(courses[0], courses[2])


def test_noise_is_injected_as_it_says() -> None:
    made = cells(tau_m=0.1)
    source = sim.NoisyCurrentSource(mean=1.0, stdev=0.5)
    made.inject(source)
    sim.run(5.0)
    course = np.array([source.amplitude_at(step) for step in range(50)])
    gain = 0.1 * -np.expm1(-1.0)
    expected = np.zeros(51)
    for step in range(50):
        expected[step + 1] = expected[step] * np.exp(-1.0) + gain * course[step]
    np.testing.assert_allclose(trace(made)[:, 0] + 65.0, expected, atol=1e-9)


def test_parameters_of_a_source_change_a_running_network() -> None:
    made = cells()
    source = sim.DCSource(amplitude=0.0)
    made.inject(source)
    sim.run(100.0)
    source.amplitude = 1.0
    sim.run(100.0)
    assert source.amplitude == 1.0
    assert trace(made)[[1000, 2000], 0] + 65.0 == pytest.approx([0.0, 10.0], abs=1e-3)


def test_current_returns_after_reset() -> None:
    made = cells()
    made.inject(sim.DCSource(amplitude=0.5, start=5.0, stop=10.0))
    sim.run(20.0)
    sim.reset()
    sim.run(20.0)
    first, second = (s.analogsignals[0].magnitude for s in made.get_data().segments)
    assert np.ptp(first) > 1.0
    assert np.array_equal(first, second)


def test_current_is_injected_on_spinnaker() -> None:
    sim.setup(timestep=1.0, backend="spinnaker")
    made = cells()
    made.inject(sim.DCSource(amplitude=0.5, start=10.0, stop=60.0))
    sim.run(61.0)
    # 10 megaohm times 0.5 nA, five time constants; s16.15 keeps four decimals.
    assert trace(made)[60, 0] + 65.0 == pytest.approx(5.0 * -np.expm1(-5.0), abs=2e-3)


def test_spike_source_takes_no_current() -> None:
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]))
    with pytest.raises(TypeError, match="spike source"):
        sim.DCSource().inject_into([source[0]])
    with pytest.raises(TypeError, match="spike source"):
        source.inject(sim.DCSource())


@pytest.mark.parametrize(
    ("times", "amplitudes", "problem"),
    [
        ([1.0, 2.0], [1.0], "2 times and 1 amplitudes"),
        ([-1.0, 2.0], [1.0, 2.0], "at -1 ms, before 0"),
        ([2.0, 2.0], [1.0, 2.0], "must rise"),
    ],
)
def test_impossible_steps_are_refused(
    times: list[float], amplitudes: list[float], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        sim.StepCurrentSource(times=times, amplitudes=amplitudes)


def test_constant_current_is_part_of_the_network() -> None:
    made = cells(3, i_offset=0.1)
    sim.DCSource(amplitude=0.2).inject_into(made[1:])
    sim.run(20.0)
    name = made.name
    network = sim.network()
    np.testing.assert_allclose(network.population(name).cell.i_offset, [0.1, 0.3, 0.3])
    again = simulate(network, 20.0).traces[name]["v"].values
    np.testing.assert_allclose(again, trace(made)[:-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "source",
    [
        lambda: sim.DCSource(amplitude=0.5, start=2.0),
        lambda: sim.DCSource(amplitude=0.5, stop=2.0),
        lambda: sim.StepCurrentSource(times=[1.0], amplitudes=[1.0]),
        lambda: sim.ACSource(amplitude=0.5, frequency=10.0),
        lambda: sim.NoisyCurrentSource(mean=0.0, stdev=1.0),
    ],
)
def test_network_without_a_word_for_a_current_is_refused(source: Any) -> None:
    made = cells()
    made.inject(source())
    with pytest.raises(UnsupportedError, match="currents that change with time"):
        sim.network()
    sim.run(1.0)
    warnings = sim.simulator.state.result().provenance.warnings
    assert any("are not in the network" in text for text in warnings)
