import numpy as np
import pytest

from neuro.errors import CheckError, ValidationError
from neuro.memories import AMBIGUOUS, ERASED, SILENT, UNUSED, BitRows, CliqueMemory, Topology
from neuro.memories.decoders import Decoder
from neuro.memories.draws import philox
from neuro.memories.native import kernels

SHAPE = Topology(n_clusters=6, cluster_size=40)


def filled(messages=400, seed=0, shape=SHAPE, **options):
    stored = np.random.default_rng(seed).integers(
        0, shape.cluster_size, (messages, shape.n_clusters)
    )
    memory = CliqueMemory(shape, **options)
    memory.store(stored)
    return memory, stored


def damaged(stored, seed=1, erased=3):
    cues = stored.copy()
    order = np.random.default_rng(seed).random(cues.shape).argsort(axis=1)
    cues[order < erased] = ERASED
    return cues


def dense_of(memory):
    return memory.links.rows(np.arange(memory.topology.units)).astype(bool)


def sum_of_max_by_arrays(dense, cues, shape, rounds):
    """Section 6, on plain matrices: each cluster counts at most once for a unit."""
    answers = []
    for cue in cues:
        state = np.zeros((shape.n_clusters, shape.cluster_size), dtype=bool)
        for c, letter in enumerate(cue):
            state[c] = letter == ERASED
            if letter >= 0:
                state[c, letter] = True
        for number in range(rounds):
            links = dense.reshape(*state.shape, *state.shape)
            score = np.zeros(state.shape, dtype=int)
            asked = [c for c in range(len(cue)) if cue[c] != UNUSED and (number or cue[c] >= 0)]
            for c in asked:
                reached = links[c][state[c]].any(axis=0)
                reached[c] = True
                score += reached
            state &= score == len(asked)
        counts = state.sum(axis=1)
        found = np.where(counts == 1, state.argmax(axis=1), AMBIGUOUS)
        found[counts == 0] = SILENT
        answers.append(np.where(cue == UNUSED, UNUSED, found))
    return np.array(answers)


def sum_of_sum_by_arrays(dense, cues, shape, rounds):
    """Section 6: h = v + W v, all maxima of each cluster."""
    answers = []
    for cue in cues:
        v = np.zeros(shape.units, dtype=int)
        for c, letter in enumerate(cue):
            if letter >= 0:
                v[c * shape.cluster_size + letter] = 1
        for _ in range(rounds):
            h = (v + dense.astype(int) @ v).reshape(shape.n_clusters, -1)
            v = ((h == h.max(axis=1, keepdims=True)) & (h > 0)).astype(int)
            v[cue == UNUSED] = 0
            v = v.ravel()
        state = v.reshape(shape.n_clusters, -1)
        counts = state.sum(axis=1)
        found = np.where(counts == 1, state.argmax(axis=1), AMBIGUOUS)
        found[counts == 0] = SILENT
        answers.append(np.where(cue == UNUSED, UNUSED, found))
    return np.array(answers)


@pytest.mark.parametrize("wanted", ["fastest", "reference"])
@pytest.mark.parametrize(
    ("rule", "oracle"),
    [("sum_of_max", sum_of_max_by_arrays), ("sum_of_sum", sum_of_sum_by_arrays)],
)
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_decoders_are_those_on_plain_matrices(wanted, rule, oracle, rounds):
    memory, stored = filled(kernels=wanted)
    cues = damaged(stored)[:100]
    cues[::7, 0] = UNUSED
    cues[::11, 1] = (stored[:100][::11, 1] + 1) % 40  # wrong letters
    recall = memory.recall(cues, rule, iterations=rounds)
    assert (recall.answers == oracle(dense_of(memory), cues, SHAPE, rounds)).all()


@pytest.mark.parametrize("rule", ["sum_of_max", "sum_of_sum"])
@pytest.mark.parametrize("size", [3, 64, 100])
def test_compiled_and_numpy_decoders_agree(rule, size):
    if kernels() is None:
        pytest.skip("the compiled kernels were not built")
    shape = Topology(n_clusters=8, cluster_size=size)
    memory, stored = filled(messages=max(2, size * size // 4), shape=shape)
    other = CliqueMemory(shape, memory.links, kernels="reference")
    cues = damaged(stored, erased=4)[:2000]
    one, two = (each.recall(cues, rule, iterations=6) for each in (memory, other))
    assert (one.answers == two.answers).all()
    assert (one.iterations == two.iterations).all()
    assert (one.spikes == two.spikes).all()


def test_both_ways_of_storing_give_the_same_links():
    (one, stored), (two, _) = filled(), filled(kernels="reference")
    assert (one.links.words == two.links.words).all()
    dense = dense_of(one)
    units = SHAPE.units_of(stored)
    for row in units[:20]:
        assert dense[np.ix_(row, row)].sum() == 6 * 5


def test_single_winner_takes_the_first_maximum_without_noise():
    memory = CliqueMemory(Topology(n_clusters=2, cluster_size=4))
    memory.store([[0, 1], [0, 3]])
    assert memory.recall([[0, ERASED]], "single_winner").answers.tolist() == [[0, 1]]
    assert memory.recall([[0, ERASED]]).answers.tolist() == [[0, AMBIGUOUS]]


def test_read_noise_chooses_among_equals_evenly():
    memory = CliqueMemory(Topology(n_clusters=2, cluster_size=4))
    memory.store([[0, 1], [0, 3]])
    cues = np.tile([[0, ERASED]], (2000, 1))
    found = memory.recall(cues, "single_winner", iterations=1, read_noise=0.1, seed=3).answers[:, 1]
    assert set(found.tolist()) == {1, 3}
    assert (found == 1).mean() == pytest.approx(0.5, abs=0.05)  # 4.5 standard deviations


def test_unreliable_release_hides_links():
    memory = CliqueMemory(Topology(n_clusters=2, cluster_size=4))
    memory.store([[0, 1]])
    cues = np.tile([[0, ERASED]], (4000, 1))
    found = memory.recall(cues, iterations=1, release_prob=0.25, seed=3).answers[:, 1]
    assert (found == 1).mean() == pytest.approx(0.25, abs=0.03)
    assert set(found.tolist()) == {1, SILENT}


def test_an_empty_memory_answers_nothing_and_no_cue_gives_no_answer():
    memory = CliqueMemory(SHAPE)
    assert memory.recall([[1, ERASED, ERASED, ERASED, ERASED, ERASED]]).answers[0, 1] == SILENT
    for rule in ("sum_of_max", "sum_of_sum", "single_winner"):
        assert memory.recall(np.empty((0, 6), dtype=int), rule).answers.shape == (0, 6)


def test_links_can_be_taken_away_again():
    rows = BitRows.empty(SHAPE)
    one, other = np.array([3, 200]), np.array([79, 41])
    rows.link(one, other)
    assert rows.linked(other, one).all()
    assert [pair.tolist() for pair in rows.pairs()] == [[3, 41], [79, 200]]
    assert rows.fan_out()[[3, 79, 5]].tolist() == [1, 1, 0]
    rows.unlink(one, other)
    assert rows.count() == 0


def test_decoders_of_other_topologies_are_refused():
    memory, _ = filled(messages=2)
    with pytest.raises(ValidationError, match="does not fit a memory with clusters"):
        memory.recall([[ERASED] * 6], "k_wta")


def test_wrong_decoder_options_are_all_named():
    with pytest.raises(CheckError) as caught:
        Decoder(rule="sum_of_max", iterations=0, read_noise=0.1)
    assert [issue.where for issue in caught.value.issues] == ["decoder.iterations", "decoder"]


def test_clusters_that_do_not_divide_are_refused_with_near_sizes():
    with pytest.raises(ValidationError) as caught:
        Topology.divided(2050, 8)
    assert "2048 or 2056" in str(caught.value)


# Known answers of Salmon et al., Random123, philox4x32-10.
@pytest.mark.parametrize(
    ("counter", "seed", "expected"),
    [
        ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ],
)
def test_random_words_are_those_of_philox(counter, seed, expected):
    found = philox(tuple(np.array(word) for word in counter), seed)
    assert tuple(found.tolist()) == expected
