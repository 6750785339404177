"""The workloads have the published figures, and neuro runs them spike for spike.

The small versions that continuous integration runs (specs, performance section 6.7). Expected
figures are those of specs, performance section 1.
"""

import doctest
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from benchmarks import checks, table
from benchmarks.measure import Clock, Options, Outcome, Report
from benchmarks.peers import MODULES, load_peer, neuro_peer, numpy_peer
from benchmarks.rounds import Configuration, Measurement, configurations
from benchmarks.summary import run_cpu, summarise
from benchmarks.workloads import CASES, QUICK, Case, associative, build, cuba, liquid

ROOT = Path(__file__).parents[2]
SMALL = {name: QUICK[name][0] for name in ("W1", "W2", "W3")}


def measured(peer: str, workload, tmp_path, precision: str = "float64") -> tuple[Outcome, Clock]:
    clock = Clock()
    options = Options(precision=precision, threads=1, scratch=tmp_path)
    return load_peer(peer).measure(workload, options, clock), clock


def trains(outcome: Outcome) -> np.ndarray:
    order = np.lexsort((outcome.indices, outcome.steps))
    return np.stack([outcome.steps[order], outcome.indices[order]], axis=1)


@pytest.fixture(scope="module", params=SMALL.values(), ids=SMALL)
def case(request) -> Case:
    return request.param


def test_neuro_fires_as_the_numpy_equations_in_every_step(case, tmp_path):
    workload = build(case)
    ours, _ = measured("neuro", workload, tmp_path)
    theirs, _ = measured("numpy", workload, tmp_path)
    assert theirs.steps.size > 500
    np.testing.assert_array_equal(trains(ours), trains(theirs))


def test_neuro_in_single_precision_stays_within_the_tolerance(case, tmp_path):
    ours, _ = measured("neuro", build(case), tmp_path, "float32")
    assert checks.verdict(case, "float32", ours).status == "ok"


def test_neuro_learns_the_weights_of_the_numpy_equations(tmp_path):
    workload = associative()
    ours, _ = measured("neuro", workload, tmp_path)
    theirs, _ = measured("numpy", workload, tmp_path)
    np.testing.assert_array_equal(trains(ours), trains(theirs))
    np.testing.assert_allclose(ours.weights, theirs.weights, rtol=0, atol=1e-12)


def test_w1_has_the_published_spike_count():
    steps, _ = numpy_peer.run_cuba(cuba(4000))
    assert steps.size == 23_295


def test_w1_joins_no_neuron_to_itself_and_none_twice():
    edges = cuba(1000, 1).edges
    pairs = edges.sources * 1000 + edges.targets
    assert not np.any(edges.sources == edges.targets)
    assert np.all(np.diff(pairs) > 0)
    # 80 000 pairs expected, sd sqrt(80 000 * 0.92).
    assert abs(edges.targets.size - 79_920) < 4 * np.sqrt(80_000 * 0.92)


def test_w2_has_the_published_spike_count():
    steps, _ = numpy_peer.run_liquid(liquid())
    assert steps.size == 271_874


def test_w2_cells_rest_one_step_and_lose_its_input():
    workload = liquid(4)
    steps, indices = numpy_peer.run_liquid(workload, np.float64)
    fired = np.zeros((workload.samples * workload.steps + 1, workload.neurons), dtype=bool)
    fired[steps, indices] = True
    within = np.arange(workload.samples * workload.steps) % workload.steps < workload.steps - 1
    assert not np.any(fired[:-1][within] & fired[1:][within])


def test_first_samples_of_w2_do_not_depend_on_how_many_follow():
    np.testing.assert_array_equal(liquid(2).inputs, liquid(4).inputs[:2])


def test_w3_has_the_published_figures():
    workload = associative()
    (steps, indices), weights = numpy_peer.run_associative(workload)
    outcome = Outcome(steps=steps, indices=indices, weights=weights)
    figures = checks.figures(workload, outcome)
    assert steps.size == 15_191
    assert figures["recall"] == pytest.approx(0.994, abs=5e-4)
    assert figures["strong_weights"] == 12_785
    assert figures["mean_weight"] == pytest.approx(0.0090179, abs=5e-8)


def test_w3_patterns_share_at_most_one_cell():
    patterns = associative(1).patterns
    member = np.zeros((50, 1000), dtype=int)
    np.put_along_axis(member, patterns, 1, axis=1)
    shared = member @ member.T - 20 * np.eye(50, dtype=int)
    assert patterns.shape == (50, 20) and shared.max() == 1


def test_work_of_w1_is_the_published_one(tmp_path):
    workload = cuba(4000)
    outcome, _ = measured("numpy", workload, tmp_path)
    assert checks.figures(workload, outcome) == {
        "neuron_steps": 40_000_000,
        "synaptic_events": pytest.approx(1.87e6, rel=0.005),
    }


def test_work_of_w2_is_what_dense_matrices_say(tmp_path):
    workload = liquid(4)
    outcome, _ = measured("numpy", workload, tmp_path)
    fired = np.zeros((4, 100, 1000), dtype=int)
    fired[outcome.steps // 100, outcome.steps % 100, outcome.indices] = 1
    reached_in = np.count_nonzero(workload.w_in, axis=1)
    reached = np.count_nonzero(workload.w_rec, axis=1)
    events = (workload.inputs * reached_in).sum() + (fired[:, :-1] * reached).sum()
    assert checks.figures(workload, outcome)["synaptic_events"] == events


# --- the machinery -------------------------------------------------------------------------------


def test_another_spike_count_voids_the_time():
    case = SMALL["W2"]
    steps, indices = numpy_peer.run_liquid(build(case), np.float64)
    right = Outcome(steps=steps, indices=indices)
    one_less = Outcome(steps=steps[1:], indices=indices[1:])
    assert checks.verdict(case, "float64", right).check == "every spike"
    assert checks.verdict(case, "float64", one_less).status == "void"
    assert checks.verdict(case, "float32", one_less).status == "ok"
    half = Outcome(steps=steps[::2], indices=indices[::2])
    assert checks.verdict(case, "float32", half).status == "void"


def test_a_moved_spike_is_told_from_every_spike_in_its_place():
    case = SMALL["W2"]
    steps, indices = numpy_peer.run_liquid(build(case), np.float64)
    moved = Outcome(steps=np.append(steps[:-1], steps[-1] - 1), indices=indices)
    assert checks.verdict(case, "float64", moved).check == "same count"


def report(cpu: float, status: str = "ok") -> Report:
    phases = {name: {"wall": 0.0, "cpu": 0.0} for name in Clock().spans}
    phases["run"] = {"wall": cpu, "cpu": cpu}
    return Report(status=status, phases=phases, spikes=3, check="every spike")


def rounds(**reports: list[Report]) -> list[Measurement]:
    return [
        Measurement(
            configuration=Configuration(case=SMALL["W1"], peer=peer, precision="float64"),
            round=number,
            load=0.5,
            report=item,
        )
        for peer, items in reports.items()
        for number, item in enumerate(items, start=1)
    ]


def test_ratio_is_taken_within_each_round():
    items = rounds(neuro=[report(1.0), report(2.0)], nest=[report(10.0), report(30.0)])
    neuro, nest = summarise(items)
    found = nest.ratio(run_cpu, neuro, run_cpu)
    # Not 20 / 1.5, the ratio of the medians.
    assert (found.low, found.median, found.high) == (10.0, 12.5, 15.0)


def test_one_void_round_leaves_no_time_and_no_ratio():
    items = rounds(neuro=[report(1.0)] * 2, nest=[report(10.0), report(9.0, "void")])
    neuro, nest = summarise(items)
    assert nest.status == "void"
    assert nest.spread(run_cpu) is None and nest.ratio(run_cpu, neuro, run_cpu) is None


def test_markdown_table_holds_times_ratios_and_what_is_void():
    items = rounds(neuro=[report(0.5)], nest=[report(6.0)], numpy=[report(1.0, "void")])
    lines = table.markdown(summarise(items), items).splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "|" in line]
    cells = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:5]}
    nest, void = cells["nest"], cells["numpy"]
    assert (nest["run, CPU"], nest["/ neuro 64"], nest["check"]) == ("6", "12", "every spike")
    assert (void["run, CPU"], void["/ neuro 64"], void["check"]) == ("", "", "void")


def test_each_peer_is_paired_with_its_workloads_and_precisions():
    cases = [each for group in CASES.values() for each in group]
    found = configurations(cases, MODULES, ["float64"], 1)
    assert {item.precision for item in found if item.peer == "snntorch"} == {"float32"}
    assert {item.precision for item in found if item.peer == "neuro"} == {"float64"}
    assert {item.case.workload for item in found if item.peer == "norse"} == {"W2"}


def test_worker_prints_one_line_of_json():
    words = ["--workload", "W2", "--size", "4", "--peer", "numpy"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.worker", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stdout.splitlines()
    found = Report(**json.loads(line))
    assert (found.status, found.check, found.spikes) == ("ok", "every spike", 11_453)
    assert found.phases["run"]["cpu"] > 0 and found.memory > 10


def test_unknown_peer_is_refused_with_the_known_ones():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--peer", "nset"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "Did you mean 'nest'?" in done.stderr


@pytest.mark.parametrize("name", ["measure", "checks", "rounds"])
def test_examples_of_the_docstrings_hold(name):
    done = doctest.testmod(import_module(f"benchmarks.{name}"))
    assert done.attempted and not done.failed


def test_network_of_w1_is_valid_and_has_every_synapse():
    workload = cuba(1000, 1000)
    network = neuro_peer.build(workload)
    sizes = [item.connector.targets.size for item in network.projections]
    assert sum(sizes) == workload.edges.targets.size
