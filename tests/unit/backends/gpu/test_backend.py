"""PyTorch against the engine: the same order of work, in single and double precision."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from small_networks import CURRENT, small

from neuro import lower, simulate
from neuro.backends.gpu.backend import GPU, device_of
from neuro.errors import CheckError, ResultError, UnavailableError, UnsupportedError
from neuro.hardware_configs import load_target
from neuro.ir import (
    BinaryThresholdUnit,
    ConductanceExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    Uniform,
)
from neuro.registry import load_backend
from neuro.run import check, compile_network, energy

DURATION = 40.0
DELTA = DeltaLIF(cm=0.5, tau_m=10.0, v_rest=-60.0, v_reset=-65.0, v_thresh=-55.0, tau_refrac=1.0)
CELLS = {
    "current": CURRENT,
    "conductance": ConductanceExponentialLIF(
        cm=0.5, tau_m=10.0, v_thresh=-58.0, tau_refrac=Uniform(0.0, 2.0)
    ),
    "delta": DELTA,
    "discrete": DiscreteLIF(threshold=2.0),
    "binary": BinaryThresholdUnit(threshold=2.5),
}
# Roundings of 2^-24 of 65 mV, over 80 steps that are not all in the same direction.
TOLERANCE = {"gpu_float64": 1e-12, "gpu": 2e-4}


def assert_same(one, other, tolerance):
    assert one.counters == other.counters
    for name, trains in one.spikes.items():
        assert np.array_equal(trains.times, other.spikes[name].times)
        assert np.array_equal(trains.indices, other.spikes[name].indices)
    for name, trace in one.traces.get("a", {}).items():
        values = other.traces["a"][name].values
        np.testing.assert_allclose(trace.values, values, rtol=0, atol=tolerance)
    for name, weights in one.weights.items():
        np.testing.assert_allclose(weights.values, other.weights[name].values, atol=tolerance)


@pytest.mark.parametrize("target", TOLERANCE)
@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize("kind", CELLS)
def test_torch_gives_the_spikes_of_the_cpu(kind, semantics, target):
    network = small(CELLS[kind], semantics=semantics)
    ours = simulate(network, DURATION)
    assert ours.counters.spikes["a"] > 10
    theirs = simulate(network, DURATION, backend="gpu", target=target)
    assert_same(ours, theirs, TOLERANCE[target])


@pytest.mark.parametrize("semantics", ["exact", "tick"])
@pytest.mark.parametrize(
    ("rule", "pairing"), [("additive", "dendritic"), ("multiplicative", "immediate")]
)
def test_torch_learns_the_weights_of_the_cpu(rule, pairing, semantics):
    network = small(DELTA, plastic=rule, pairing=pairing, semantics=semantics)
    ours = simulate(network, DURATION)
    assert np.ptp(ours.weights["learns"].values) > 0
    for target, tolerance in TOLERANCE.items():
        theirs = simulate(network, DURATION, backend="gpu", target=target)
        assert_same(ours, theirs, tolerance)


def test_batch_side_by_side_counts_what_the_cpu_counts():
    network = small(DELTA, plastic="additive")
    samples = [{}, {"array": ([13.0, 14.0], [0, 1])}, {"array": ([13.0], [1])}]
    batches = []
    for backend in ("cpu", "gpu"):
        with compile_network(network, backend=backend) as program:
            program.run(10.0)
            batches.append(program.run_batch(20.0, samples, bins=4))
    one, other = batches
    assert one.counts["a"].sum() > 10
    assert np.array_equal(one.counts["a"], other.counts["a"])
    for name, counts in one.synaptic_events.items():
        assert np.array_equal(counts, other.synaptic_events[name])


def test_saved_state_continues_bit_for_bit(tmp_path):
    network = small(plastic="additive")
    path = tmp_path / "state.h5"
    with compile_network(network, backend="gpu") as program:
        program.run(20.0)
        program.save(path)
        program.run(20.0)
        whole = program.result()
    with compile_network(network, backend="gpu") as program:
        program.restore(path)
        program.run(20.0)
        assert_same(whole, program.result(), 0.0)
        program.reset()
        program.run(DURATION)
        assert_same(whole, program.result(), 0.0)
    target = load_target("gpu_float64")
    other = compile_network(network, backend="gpu", target=target)
    with other, pytest.raises(ResultError, match="engine is"):
        other.restore(path)


def test_single_precision_is_noted_and_double_is_not():
    assert any("float32" in text for text in check(small(), target="gpu").remarks)
    report = check(small(), target="gpu_float64")
    assert not any("precision" in text for text in report.remarks) and not report.findings


def test_missing_device_is_one_line_with_its_remedy(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    target = replace(load_target("gpu"), options={"device": "cuda"})
    with pytest.raises(UnavailableError, match="no CUDA device is there"):
        device_of(target)


def test_cuda_is_taken_where_it_is(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert device_of(load_target("gpu")).type == "cuda"
    assert device_of(replace(load_target("gpu"), options={"device": "cpu"})).type == "cpu"


def test_every_wrong_option_is_named():
    target = replace(load_target("gpu"), options={"device": "tpu", "threads": 2})
    with pytest.raises(CheckError) as caught:
        device_of(target)
    places = [issue.where for issue in caught.value.issues]
    assert places == ["target 'gpu'.options.threads", "target 'gpu'.options.device"]


def test_energy_is_refused_and_there_are_no_rungs():
    with pytest.raises(UnsupportedError, match="no energy model"):
        energy(simulate(small(), 1.0, backend="gpu"), target="gpu")
    assert GPU().rungs(lower(small()), load_target("gpu")) == ()


def test_missing_package_is_one_line_with_the_command(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "neuro.backends.gpu.backend.find_spec",
        lambda name: None if name == "torch" else found(name),
    )
    with pytest.raises(UnavailableError) as caught:
        load_backend("gpu")
    assert str(caught.value) == (
        "backend 'gpu': needs PyTorch. "
        'Install it with: pip install "neuro-spiking-memory[torch]".'
    )
