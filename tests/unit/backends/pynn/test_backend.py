"""PyNN's NEST and Brian2 against the engine: the scripts are theirs, so are the spikes."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from small_networks import CURRENT, small

from neuro import lower, simulate
from neuro.backends.pynn.backend import PyNN, options_of
from neuro.errors import CheckError, UnavailableError, UnsupportedError, ValidationError
from neuro.hardware_configs import load_target
from neuro.ir import DeltaLIF, Network, Probe, SpikeArray
from neuro.registry import load_backend
from neuro.run import check, compile_network, energy

DURATION = 40.0


def listed(**changes) -> Network:
    """Return the small network with what NEST takes: inputs from 2 ms on, and probes of v."""
    network = small(**changes)
    array = SpikeArray(name="array", size=2, times=[2.0, 5.0, 20.0], indices=[0, 1, 0])
    probes = [Probe(population="drive"), Probe(population="a", variable="v", interval=1.0)]
    probes.append(Probe(population="a"))
    return replace(network, inputs=[network.inputs[0], array], probes=probes)


def test_nest_gives_our_spikes_and_voltages_and_says_what_its_weights_lack():
    network = listed(plastic="multiplicative")
    ours = simulate(network, DURATION)
    with compile_network(network, backend="pynn") as program:
        program.run(DURATION)
        theirs = program.result()
        with pytest.raises(UnsupportedError, match="cannot be continued"):
            program.run(DURATION)
    assert ours.counters.spikes["a"] > 20
    assert ours.counters == theirs.counters
    for name, trains in ours.spikes.items():
        assert np.array_equal(trains.times, theirs.spikes[name].times)
        assert np.array_equal(trains.indices, theirs.spikes[name].indices)
    voltages = [result.traces["a"]["v"].values for result in (ours, theirs)]
    np.testing.assert_allclose(*voltages, rtol=0, atol=1e-9)
    # A source without a spike has sent nothing: its weights are the initial ones in NEST.
    assert theirs.weights["learns"].values.shape == ours.weights["learns"].values.shape
    assert any("last spike of each source" in str(note) for note in theirs.provenance.notes)


@pytest.mark.slow
def test_brian2_gives_our_spikes():
    cell = type(CURRENT)(cm=0.5, tau_m=10.0, tau_syn_E=2.0, v_thresh=-60.0, tau_refrac=2.0)
    network = small(cell, probes=[Probe(population="a")])
    steps = np.random.default_rng(1).permuted(np.arange(4, 76))[:40]
    drive = SpikeArray(name="drive", size=8, times=np.sort(steps) * 0.5, indices=steps % 8)
    array = SpikeArray(name="array", size=2, times=[2.0, 5.0], indices=[0, 1])
    network = replace(network, inputs=[drive, array])
    ours = simulate(network, DURATION)
    theirs = simulate(network, DURATION, backend="pynn", target="pynn_brian2")
    assert ours.counters.spikes["a"] > 10
    assert np.array_equal(ours.spikes["a"].times, theirs.spikes["a"].times)
    assert np.array_equal(ours.spikes["a"].indices, theirs.spikes["a"].indices)


def test_what_cannot_be_said_in_pynn_is_found_by_the_check():
    report = check(small(DeltaLIF()), target="pynn_nest")
    assert [finding.where for finding in report.findings] == ["population 'a'.cell"]
    report = check(small(), target="pynn_nest")
    assert {finding.where for finding in report.findings} >= {"probe of 'a'.variable"}
    report = check(listed(), target="pynn_brian2")
    found = {finding.where: finding.limit for finding in report.findings}
    assert "spikes alone" in found["probe of 'a'.variable"]
    assert "the same for a population" in found["population 'a'.tau_refrac"]
    assert not check(listed(), target="pynn_nest").findings


def test_tick_state_batches_and_energy_are_refused(tmp_path):
    with pytest.raises(UnsupportedError, match="'tick'"):
        compile_network(small(semantics="tick"), backend="pynn")
    with compile_network(listed(), backend="pynn") as program:
        with pytest.raises(UnsupportedError, match="batches"):
            program.run_batch(1.0, [{}])
        with pytest.raises(UnsupportedError, match="cannot be saved"):
            program.save(tmp_path / "state.h5")
        with pytest.raises(UnsupportedError, match="no energy model"):
            energy(program.result(), target="pynn_nest")
    assert PyNN().rungs(lower(listed()), load_target("pynn_nest")) == ()


def test_every_wrong_option_is_named():
    options = {"simulator": "neuron", "ranks": 2, "processes": 0}
    with pytest.raises(CheckError) as caught:
        options_of(replace(load_target("pynn_nest"), options=options))
    places = [issue.where.rpartition(".")[2] for issue in caught.value.issues]
    assert places == ["ranks", "simulator", "processes"]


def test_several_processes_of_brian2_are_refused():
    target = replace(load_target("pynn_brian2"), options={"simulator": "brian2", "processes": 2})
    with pytest.raises(ValidationError, match="brian2 runs in one process"):
        options_of(target)


@pytest.mark.parametrize("missing", [("pyNN",), ("nest", "brian2")])
def test_missing_package_is_one_line_with_the_command(monkeypatch, missing):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "neuro.backends.pynn.backend.find_spec",
        lambda name: None if name in missing else found(name),
    )
    with pytest.raises(UnavailableError) as caught:
        load_backend("pynn")
    assert 'pip install "neuro-spiking-memory[pynn,nest]"' in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_simulator_is_one_line_with_the_command(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "neuro.backends.pynn.backend.find_spec",
        lambda name: None if name == "nest" else found(name),
    )
    with pytest.raises(UnavailableError) as caught:
        compile_network(listed(), backend="pynn")
    assert str(caught.value).startswith("target 'pynn_nest': needs nest. Install it with: pip")
