import numpy as np
import pytest
from scipy import sparse

from neuro.errors import ValidationError
from neuro.resistive import ArrayEffects, NormalLaw, PairArray, draw_pairs, run_array


def matrix(values):
    weights = np.array(values, dtype=np.float64)
    return PairArray(weights=weights, squares=np.zeros_like(weights))


def spikes(trains, weights, recurrent, *, decay=0.9, threshold=5.0):
    """Run one sample with a counter for each step."""
    frames = np.array(trains, dtype=bool)[None]
    arrays = matrix(weights), matrix(recurrent)
    counts = run_array(frames, arrays, decay, threshold, bins=frames.shape[1]).counts
    return counts[0].tolist()


# Specs, resistive_lsm section 7, test 1: u = 3, 5.7 (spike), 3, 5.7 (spike).
def test_one_neuron_fires_every_other_step():
    assert spikes([[1]] * 4, [[3.0]], [[0.0]]) == [[0], [1], [0], [1]]


# Test 2.
def test_reaching_the_threshold_exactly_is_no_spike():
    assert spikes([[1]], [[5.0]], [[0.0]]) == [[0]]
    assert spikes([[1]], [[5.0 + 2**-36]], [[0.0]]) == [[1]]


# Test 3: neuron 0 fires at once and drives neuron 1 one step later.
def test_recurrence_uses_the_spikes_of_the_step_before():
    found = spikes([[1], [0], [0]], [[6.0, 0.0]], [[0.0, 6.0], [0.0, 0.0]])
    assert found == [[1, 0], [0, 1], [0, 0]]


# Test 4.
def test_counters_of_several_bins_add_up_to_one():
    rng = np.random.default_rng(0)
    pairs = [draw_pairs((n, 40), NormalLaw(), rng) for n in (30, 40)]
    arrays = tuple(PairArray.from_pairs(item, 0.1) for item in pairs)
    frames = rng.random((5, 50, 30)) < 0.2
    one = run_array(frames, arrays, 0.9, 5.0).counts
    for bins in (3, 4, 7):
        many = run_array(frames, arrays, 0.9, 5.0, bins=bins).counts
        assert np.array_equal(many.sum(axis=1), one[:, 0])
    assert one.sum() > 100


# Test 6: sd = eta sqrt(sum x^2 (G+^2 + G-^2)); k = 0.1 scales both sides.
def test_read_noise_has_the_spread_of_the_formula():
    rng = np.random.default_rng(1)
    pairs = draw_pairs((64, 3), NormalLaw(), rng)
    x = rng.random(64) < 0.5
    reads = sparse.csr_array(np.tile(x.astype(float), (10_000, 1)))
    currents = PairArray.from_pairs(pairs, 0.1).read(reads, 0.02, rng)
    squares = (pairs.plus**2 + pairs.minus**2)[x].sum(axis=0)
    assert currents.std(axis=0) == pytest.approx(0.1 * 0.02 * np.sqrt(squares), rel=0.03)
    assert currents.mean(axis=0) == pytest.approx(
        0.1 * pairs.difference[x].sum(axis=0), abs=5 * 0.1 * 0.02 * np.sqrt(squares.max()) / 100
    )


def test_noise_is_the_same_for_a_seed_and_another_for_another():
    rng = np.random.default_rng(2)
    pairs = [draw_pairs((n, 40), NormalLaw(), rng) for n in (30, 40)]
    arrays = tuple(PairArray.from_pairs(item, 0.1) for item in pairs)
    frames = rng.random((70, 20, 30)) < 0.2
    effects = ArrayEffects(read_noise=0.05, adc_bits=6)

    def run(seed):
        return run_array(frames, arrays, 0.9, 5.0, effects=effects, seed=seed).counts

    assert np.array_equal(run(1), run(1))
    assert not np.array_equal(run(1), run(2))


def test_a_fine_converter_changes_little_and_a_coarse_one_more():
    rng = np.random.default_rng(3)
    pairs = [draw_pairs((n, 100), NormalLaw(), rng) for n in (64, 100)]
    arrays = tuple(PairArray.from_pairs(item, 0.1) for item in pairs)
    frames = rng.random((20, 30, 64)) < 0.1
    exact = run_array(frames, arrays, 0.9, 5.0).counts

    def missed(bits):
        effects = ArrayEffects(adc_bits=bits, adc_range=8.0)
        return np.abs(run_array(frames, arrays, 0.9, 5.0, effects=effects).counts - exact).mean()

    assert missed(16) < missed(8) < missed(4)


def test_frames_of_another_width_are_refused():
    frames = np.zeros((1, 5, 3), dtype=bool)
    with pytest.raises(ValidationError, match="3 lines for input weights of shape"):
        run_array(frames, (matrix(np.zeros((4, 2))), matrix(np.zeros((2, 2)))), 0.9, 5.0)


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_noisy_counts_have_the_same_bits_for_any_number_of_threads(monkeypatch, threads):
    rng = np.random.default_rng(0)
    # Four chunks of 64 samples.
    frames = rng.random((200, 10, 12)) < 0.3
    arrays = tuple(
        PairArray.from_pairs(draw_pairs(shape, NormalLaw(mean=27.0, sd=4.7), rng), 0.2)
        for shape in ((12, 8), (8, 8))
    )
    effects = ArrayEffects(read_noise=0.05, adc_bits=6, offset=0.1)

    def run(count):
        monkeypatch.setattr("os.cpu_count", lambda: count)
        return run_array(frames, arrays, 0.9, 5.0, bins=2, effects=effects, seed=3).counts

    found = run(threads)
    assert np.array_equal(found, run(3)) and found.sum() > 500
