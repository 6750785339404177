import numpy as np
import pytest

from neuro.backends.crossbar.devices import ConstantReadNoise, LognormalProgramming
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.write_once import WriteOnceMemory
from neuro.errors import ValidationError
from neuro.memories import CliqueMemory, HebbianParameters, NoisyHebbianMemory, Topology

CLUSTERS, SIZE = 8, 128


def drawn(count, clusters=CLUSTERS, size=SIZE, seed=3):
    return np.random.default_rng(seed).integers(0, size, (count, clusters))


def half_erased(patterns, seed=4):
    rng = np.random.default_rng(seed)
    cues = patterns.copy()
    order = rng.permuted(np.tile(np.arange(patterns.shape[1]), (len(cues), 1)), axis=1)
    np.put_along_axis(cues, order[:, : patterns.shape[1] // 2], -1, axis=1)
    return cues


def error(hardware, messages, cues, iterations=4):
    patterns = drawn(messages)
    memory = WriteOnceMemory(Topology(n_clusters=CLUSTERS, cluster_size=SIZE), hardware, seed=5)
    memory.store(patterns)
    asked = patterns[:cues]
    recalled = memory.recall(half_erased(asked), iterations=iterations)
    return 1 - recalled.exact(asked).mean()


def test_ideal_devices_answer_as_the_decoder_with_single_winners(hardware):
    memory = WriteOnceMemory(Topology(n_clusters=4, cluster_size=16), hardware())
    links = CliqueMemory(memory.topology)
    patterns = drawn(40, 4, 16)
    for item in (memory, links):
        item.store(patterns)
    cues = half_erased(patterns)
    wanted = links.recall(cues, "single_winner", iterations=4)
    assert np.array_equal(memory.recall(cues, iterations=4).answers, wanted.answers)


# Specs, noisy_hebbian 10.3: 8x128, M=2000, half erased, 4 iterations, 2000 queries. Here 800; the
# tolerances are three standard deviations of both samples, and of one draw of devices.
@pytest.mark.parametrize(
    ("spread", "ratio", "wanted", "tolerance"),
    [
        (0.1, np.inf, 0.0025, 0.006),
        (0.2, np.inf, 0.0135, 0.013),
        (0.3, np.inf, 0.077, 0.03),
        (0.3, 10.0, 0.128, 0.04),
    ],
)
def test_spread_of_devices_costs_what_was_measured(hardware, spread, ratio, wanted, tolerance):
    made = hardware(programming=LognormalProgramming(spread=spread), g_min=100.0 / ratio)
    assert error(made, 2000, 800) == pytest.approx(wanted, abs=tolerance)


@pytest.mark.parametrize(
    ("stuck_off", "stuck_on", "wanted", "tolerance"),
    [(0.05, 0.0, 0.066, 0.03), (0.10, 0.0, 0.168, 0.05), (0.0, 0.10, 0.073, 0.03)],
)
def test_missing_links_hurt_more_than_stuck_ones(hardware, stuck_off, stuck_on, wanted, tolerance):
    made = hardware(stuck_off=stuck_off, stuck_on=stuck_on)
    assert error(made, 2000, 800) == pytest.approx(wanted, abs=tolerance)


# Specs, noisy_hebbian section 6: M=4000, 10 iterations: 0.109 without noise, 0.020 with 0.2 links
# and 0.296 with 0.7. Devices of 100 uS; z of them are read together, with sqrt(z) times the noise.
def test_some_read_noise_helps_and_more_hurts(hardware):
    errors = [
        error(hardware(read_noise=ConstantReadNoise(deviation=sigma)), 4000, 300, iterations=8)
        for sigma in (0.0, 7.0, 30.0)
    ]
    assert errors[1] < errors[0] < errors[2]
    assert errors[1] == pytest.approx(0.02, abs=0.02)


def test_each_device_is_set_once(hardware):
    memory = WriteOnceMemory(Topology(n_clusters=4, cluster_size=8), hardware())
    memory.store([[1, 2, 3, 4]])
    assert memory.sets == 12
    memory.store([[1, 2, 3, 4]])
    assert memory.sets == 12
    memory.store([[1, 2, 5, 6]])  # one of the six pairs is there
    assert memory.sets == 22


def test_devices_do_not_depend_on_the_order_of_storing(hardware):
    made = hardware(programming=LognormalProgramming(spread=0.3), stuck_on=0.05)
    patterns = drawn(20, 4, 16)
    one, other = (WriteOnceMemory(Topology(n_clusters=4, cluster_size=16), made) for _ in range(2))
    one.store(patterns)
    for row in patterns[::-1]:
        other.store(row[None])
    active = np.ones((1, 64), dtype=bool)
    assert np.array_equal(one.drives(active), other.drives(active))


def test_effects_that_are_switched_off_are_absent(hardware):
    made = hardware(programming=LognormalProgramming(spread=0.5), stuck_off=0.3)
    options = Options(programming_error=False, faults=False, tile_rows=8, tile_columns=8)
    memory = WriteOnceMemory(Topology(n_clusters=2, cluster_size=4), made, options)
    memory.store([[1, 2]])
    active = np.zeros((1, 8), dtype=bool)
    active[0, 1] = True
    assert memory.drives(active)[0].tolist() == [0, 0, 0, 0, 0, 0, 1, 0]


def test_settled_links_are_written_and_none_can_be_taken_back(hardware):
    parameters = HebbianParameters(n_clusters=4, cluster_size=16, eps=0.2)
    learner = NoisyHebbianMemory(parameters, seed=1)
    memory = WriteOnceMemory(learner.topology, hardware())
    patterns = drawn(10, 4, 16)
    learner.store(patterns[:5])
    memory.write(learner.edges())
    first = memory.sets
    learner.store(patterns[5:])
    memory.write(learner.edges())
    assert memory.sets > first
    assert memory.recall(half_erased(patterns)).exact(patterns).mean() >= 0.9
    with pytest.raises(ValidationError, match=r"links: \d+ that were written are gone"):
        memory.write(CliqueMemory(learner.topology).links)
