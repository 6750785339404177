import numpy as np
import pytest

from neuro.errors import CapacityError, CheckError, ValidationError
from neuro.experiments.memories import fixed_point
from neuro.experiments.memories.spiking import SpikingCliques
from neuro.memories import AMBIGUOUS, CliqueMemory, Topology
from neuro.models.cliques import CliquesParameters, cliques, schedule
from neuro.run import check, energy

BACKENDS = ["cpu", "spinnaker", "crossbar"]


def stored(clusters, size, messages, seed=1):
    memory = CliqueMemory(Topology(n_clusters=clusters, cluster_size=size))
    patterns = np.random.default_rng(seed).integers(0, size, (messages, clusters))
    memory.store(patterns)
    return memory, patterns


def half_erased(patterns):
    cues = patterns.copy()
    cues[:, patterns.shape[1] // 2 :] = -1
    return cues


@pytest.mark.parametrize("backend", BACKENDS)
def test_spikes_answer_as_the_decoder_does(backend):
    memory, patterns = stored(8, 32, 200)
    cues = half_erased(patterns[:12])
    wanted = memory.recall(cues, "sum_of_sum", iterations=2)
    found = SpikingCliques(memory.links, backend).recall(cues, rounds=2).recall
    assert np.array_equal(found.answers, wanted.answers)
    assert found.exact(patterns[:12]).mean() > 0.9


@pytest.mark.parametrize("backend", BACKENDS)
def test_spikes_replace_a_wrong_letter(backend):
    memory, patterns = stored(4, 16, 12)
    cues = patterns.copy()
    cues[:, 0] = (cues[:, 0] + 1) % 16
    wanted = memory.recall(cues, "sum_of_sum", iterations=4)
    found = SpikingCliques(memory.links, backend).recall(cues, rounds=4).recall
    assert np.array_equal(found.answers, wanted.answers)
    assert found.exact(patterns).all()


def test_backends_fire_the_same_spikes():
    memory, patterns = stored(4, 16, 30)
    cues = half_erased(patterns[:6])
    runs = [SpikingCliques(memory.links, name).recall(cues, rounds=2) for name in BACKENDS]
    trains = [run.result.spikes["units"] for run in runs]
    for train in trains[1:]:
        assert np.array_equal(train.ticks(1.0), trains[0].ticks(1.0))
        assert np.array_equal(train.indices, trains[0].indices)


def test_spikes_beyond_the_cue_are_counted():
    memory = CliqueMemory(Topology(n_clusters=4, cluster_size=8))
    memory.store([[1, 2, 3, 4]])
    found = SpikingCliques(memory.links).recall([[1, 2, -1, -1]], rounds=3).recall
    # Nothing is ambiguous: four units fire in each of three rounds.
    assert found.spikes.tolist() == [12]
    assert found.iterations.tolist() == [1]


def test_more_ties_than_allowed_for_make_a_cue_ambiguous_and_not_wrong():
    memory = CliqueMemory(Topology(n_clusters=4, cluster_size=8))
    # Letter 0 of the first two clusters is in four messages: four units tie in both others.
    memory.store([[0, 0, k, k] for k in range(4)])
    cue = [[0, 0, -1, -1]]
    few = CliquesParameters(n_clusters=4, cluster_size=8, ties=1)
    many = CliquesParameters(n_clusters=4, cluster_size=8, ties=4)
    assert (
        SpikingCliques(memory.links, parameters=few).recall(cue).recall.answers == AMBIGUOUS
    ).all()
    found = SpikingCliques(memory.links, parameters=many).recall(cue).recall
    assert found.answers.tolist() == [[0, 0, AMBIGUOUS, AMBIGUOUS]]


def test_a_round_ends_before_the_next_one_begins():
    parameters = CliquesParameters(n_clusters=8, cluster_size=4)
    plan = schedule(parameters, 3)
    last_winner = plan.first + 2 * (plan.pulses - 1)
    reset = plan.resets[0] + 1
    assert last_winner + 2 < reset < plan.first + plan.delay  # silenced, reset, first arrival
    assert last_winner + plan.delay < plan.first + plan.round  # last arrival, first pulse


def test_energy_on_the_machine_is_that_of_its_counters():
    memory, patterns = stored(4, 16, 30)
    run = SpikingCliques(memory.links, "spinnaker").recall(half_erased(patterns[:4]), rounds=2)
    report = energy(run.result, target="spinnaker_spin5")
    assert report.events["spike"] == sum(run.result.counters.spikes.values())
    assert all(basis.energy > 0 for basis in report.bases)


def test_published_devices_change_some_answers_only():
    memory, patterns = stored(4, 16, 24)
    cues = half_erased(patterns)
    wanted = memory.recall(cues, iterations=2).exact(patterns).mean()
    found = SpikingCliques(memory.links, "crossbar", target="crossbar_rram_wan2022", seed=2)
    right = found.recall(cues, rounds=2).recall.exact(patterns).mean()
    assert 0.25 < right <= wanted


def test_the_network_has_no_problem_on_the_machine():
    memory, _ = stored(8, 32, 200)
    network = cliques(CliquesParameters(n_clusters=8, cluster_size=32), links=memory.links)
    report = check(network, target="spinnaker_spin5")
    assert not report.fails(), report.findings


# The largest drive is 15 links, a cue 17: 17 x 3855 is the first to reach 65,536.
@pytest.mark.parametrize(
    ("tau_m", "problems"),
    [
        (4000.0, ["4000 ms times the 17 mV", "15 links are taken"]),
        (3850.0, ["15 links are taken"]),
        (3640.4, []),
        (3000.0, []),
    ],
)
def test_constants_that_fixed_point_spoils_are_refused_on_spinnaker_alone(tau_m, problems):
    memory, _ = stored(8, 32, 200)
    given = CliquesParameters(n_clusters=8, cluster_size=32, tau_m=tau_m)
    SpikingCliques(memory.links, "cpu", parameters=given)
    if not problems:
        SpikingCliques(memory.links, "spinnaker", parameters=given)
        return
    with pytest.raises((CapacityError, CheckError)) as caught:
        SpikingCliques(memory.links, "spinnaker", parameters=given)
    issues = getattr(caught.value, "issues", (caught.value,))
    assert {issue.where for issue in issues} == {"cliques.tau_m"}
    assert all(text in str(issue) for text, issue in zip(problems, issues, strict=True))
    assert issues[0].hint == "Take a tau_m of 3640.4 ms"


@pytest.mark.parametrize(("tau_m", "same"), [(3640.4, True), (4000.0, False)])
def test_what_is_refused_on_spinnaker_would_answer_wrongly(monkeypatch, tau_m, same):
    monkeypatch.setattr(fixed_point, "fixed_point_issues", lambda _: [])
    memory, patterns = stored(8, 32, 200)
    given = CliquesParameters(n_clusters=8, cluster_size=32, tau_m=tau_m)
    cpu, machine = (
        SpikingCliques(memory.links, name, parameters=given).recall(
            half_erased(patterns[:6]), rounds=2
        )
        for name in ("cpu", "spinnaker")
    )
    assert np.array_equal(cpu.recall.answers, machine.recall.answers) == same


def test_sizes_are_refused_together():
    with pytest.raises(CheckError, match="2 problems"):
        cliques(CliquesParameters(n_clusters=1, ties=0))


def test_links_of_other_clusters_are_refused():
    memory, _ = stored(4, 16, 1)
    with pytest.raises(ValidationError, match="4 clusters of 16 units"):
        cliques(CliquesParameters(n_clusters=4, cluster_size=8), links=memory.links)


def test_no_cue_is_refused():
    memory, _ = stored(4, 16, 1)
    with pytest.raises(ValidationError, match="cues: there are none"):
        SpikingCliques(memory.links).recall(np.empty((0, 4), dtype=int))


def test_an_unused_cluster_is_refused():
    memory, _ = stored(4, 16, 1)
    with pytest.raises(ValidationError, match="every cluster answers"):
        SpikingCliques(memory.links).recall([[1, 2, 3, -2]])


def test_no_round_is_refused():
    memory, patterns = stored(4, 16, 1)
    with pytest.raises(ValidationError, match="rounds: 0"):
        SpikingCliques(memory.links).recall(patterns, rounds=0)
