"""The backend as users meet it: compile, run, save, refuse."""

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neuro.backends.spinnaker.make import native_detail
from neuro.errors import CapacityError, ResultError, UnsupportedError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
    Network,
    Population,
    Probe,
    Static,
    Uniform,
)
from neuro.registry import backend_names, load_backend
from neuro.run import compile_network, lower, simulate

TARGET = load_target("spinnaker_spin5")


def target(kernels: str = "fastest", **options):
    return replace(TARGET, kernels=kernels, options={**TARGET.options, **options})


@pytest.fixture
def learning(one_target, plastic):
    """Ten sources that teach three neurons, recorded."""
    network = one_target(
        plastic(weight=1.0, delay=3.0), size=3, sources=10, i_offset=0.8, tau_refrac=3.0
    )
    times = np.arange(2.0, 90.0, 4.0)
    source = replace(
        network.inputs[0], times=np.repeat(times, 2), indices=np.tile([3, 7], times.size)
    )
    probes = [Probe(population="a"), Probe(population="a", variable="v", interval="2 ms")]
    return replace(network, inputs=(source,), probes=tuple(probes))


def test_backend_is_listed_and_offers_tick_only() -> None:
    assert "spinnaker" in backend_names()
    assert load_backend("spinnaker").capabilities(TARGET).semantics == {"tick"}


@pytest.mark.parametrize("kernels", ["reference", "fastest"])
def test_result_carries_hardware_counters_and_notes(learning, kernels: str) -> None:
    result = simulate(learning, 100, backend="spinnaker", target=target(kernels))
    assert result.counters.spikes["a"] > 10
    assert set(result.counters.hardware) >= {
        "saturations",
        "history_losses",
        "skipped_synapses",
        "packets",
    }
    assert result.provenance.backend == "spinnaker"
    places = [note.where for note in result.provenance.notes]
    assert "population 'a'.i_offset" in places
    # 0.8 nA is 26214.4 / 32768.
    note = result.provenance.notes[places.index("population 'a'.i_offset")]
    assert note.stored == 26214 / 32768


def test_both_kernels_give_one_answer(learning, plain) -> None:
    slow, fast = (
        simulate(learning, 100, backend="spinnaker", target=target(kernels))
        for kernels in ("reference", "fastest")
    )
    for part in ("spikes", "traces", "weights", "counters"):
        assert plain(getattr(slow, part)) == plain(getattr(fast, part))


@pytest.mark.parametrize("kernels", ["reference", "fastest"])
def test_saved_run_continues_to_the_same_end(learning, tmp_path: Path, kernels: str) -> None:
    with compile_network(learning, backend="spinnaker", target=target(kernels)) as program:
        program.run(40)
        program.save(tmp_path / "state.h5")
        program.run(60)
        expected = program.result()
    with compile_network(learning, backend="spinnaker", target=target(kernels)) as program:
        program.restore(tmp_path / "state.h5")
        program.run(60)
        found = program.result()
    assert found.weights["p0"].values.tolist() == expected.weights["p0"].values.tolist()
    assert found.spikes["a"].times.tolist() == expected.spikes["a"].times.tolist()
    assert found.counters == expected.counters


def test_state_of_another_mode_is_refused(learning, tmp_path: Path) -> None:
    with compile_network(learning, backend="spinnaker", target=target("reference")) as program:
        program.save(tmp_path / "state.h5")
    other = target("reference", mode="loaded")
    with (
        compile_network(learning, backend="spinnaker", target=other) as program,
        pytest.raises(ResultError),
    ):
        program.restore(tmp_path / "state.h5")


def test_loaded_mode_runs_on_the_reference_and_counts_cycles(learning) -> None:
    result = simulate(learning, 50, backend="spinnaker", target=target(mode="loaded"))
    assert "reference" in result.provenance.engine
    assert result.counters.hardware["core_cycles"]["a"] > 50 * (1170 + 3 * 150)


def test_strict_option_turns_a_defect_into_an_error(one_target, plastic) -> None:
    network = one_target(plastic(delay=4.0))
    with pytest.raises(CapacityError) as caught:
        compile_network(network, backend="spinnaker", target=target(strict=True))
    assert caught.value.where == "projection 'p0'.delay"


def test_unsupported_cell_names_those_on_offer() -> None:
    network = Network(
        name="net",
        dt=1.0,
        semantics="tick",
        populations=[Population("u", 2, BinaryThresholdUnit())],
    )
    with pytest.raises(UnsupportedError, match="CurrentExponentialLIF") as caught:
        compile_network(network, backend="spinnaker")
    assert caught.value.where == "population 'u'.cell"


def test_check_finds_no_error_where_the_run_works(learning) -> None:
    findings = load_backend("spinnaker").check(lower(learning), TARGET).findings
    assert [item for item in findings if item.severity == "error"] == []


def test_energy_is_given_on_three_bases(learning) -> None:
    result = simulate(learning, 50, backend="spinnaker")
    report = load_backend("spinnaker").energy(lower(learning), TARGET, result)
    assert len(report.bases) == 3 and all(basis.energy > 0 for basis in report.bases)


@pytest.mark.skipif(native_detail() is None, reason="the compiled kernels were not built")
def test_static_synapse_takes_at_most_sixteen_bytes(one_target) -> None:
    synapse = Static(weight=Uniform(0.0, 0.1), delay=Uniform(1.0, 16.0))
    network = one_target(synapse, size=1000, sources=300, connector=AllToAll())
    compile_network(network, backend="spinnaker").close()
    tracemalloc.start()
    try:
        program = compile_network(network, backend="spinnaker")
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    with program:
        # Index 4 bytes, delay 4, weight 2; the rest does not grow with the synapses.
        assert held / 300_000 < 12
