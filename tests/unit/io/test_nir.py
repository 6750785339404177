"""NIR against the libraries that write it: their spikes are the expected ones."""

import sys
from dataclasses import replace

import nir
import numpy as np
import pytest
import torch

from neuro import lower
from neuro.errors import (
    CheckError,
    ResultError,
    UnavailableError,
    UnsupportedError,
    ValidationError,
)
from neuro.io.nir import from_nir, read_nir, to_nir
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    FixedProbability,
    Network,
    Normal,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.run import compile_network

STEPS, CHANNELS = 60, 6


def spikes_in(seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).random((STEPS, CHANNELS)) < 0.3


def run(network: Network, name: str, fired: np.ndarray) -> dict[str, np.ndarray]:
    """Return the spikes of all probed populations, shape (steps, neurons)."""
    steps, indices = np.nonzero(fired)
    with compile_network(network) as program:
        # Under `exact` a spike is emitted by the step that its time ends.
        program.run(STEPS * network.dt, inputs={name: ((steps + 1) * network.dt, indices)})
        result = program.result()
    found = {}
    for population, trains in result.spikes.items():
        table = np.zeros((STEPS, trains.size), dtype=bool)
        table[trains.ticks(network.dt) - 1, trains.indices] = True
        found[population] = table
    return found


def same_later(ours: np.ndarray, theirs: np.ndarray, hops: int) -> None:
    """Compare trains of which ours are some steps late."""
    assert theirs[: STEPS - hops].sum() > 10
    assert np.array_equal(ours[hops:], theirs[: STEPS - hops])


def snntorch_run(layers, fired: np.ndarray):
    """Return the graph that snnTorch exports, and the spikes of its last layer."""
    from snntorch.export_nir import export_to_nir

    net = torch.nn.Sequential(*layers)
    with torch.no_grad():
        for layer in layers[::2]:
            layer.weight *= 2.5
    graph = export_to_nir(net, torch.zeros(1, CHANNELS), ignore_dims=[0])
    with torch.no_grad():
        for layer in layers[1::2]:
            layer.reset_hidden()
        rows = [net(torch.tensor(row[None], dtype=torch.float32))[0] for row in fired]
    return graph, torch.cat(rows).numpy() > 0


def leaky(beta: float, size: int, **options: bool):
    import snntorch as snn

    values = {"beta": torch.full((size,), beta), "threshold": torch.full((size,), 0.5)}
    return snn.Leaky(**values, reset_mechanism="zero", init_hidden=True, **options)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_graph_of_snntorch_gives_the_spikes_of_snntorch():
    torch.manual_seed(3)
    layers = [
        torch.nn.Linear(CHANNELS, 8, bias=False),
        leaky(0.9, 8),
        torch.nn.Linear(8, 3, bias=False),
        leaky(0.8, 3, output=True),
    ]
    fired = spikes_in()
    graph, theirs = snntorch_run(layers, fired)
    imported = from_nir(graph, dt="0.1 ms")
    (ours,) = run(imported.network, "input", fired).values()
    same_later(ours, theirs, hops=2)
    assert "every hop takes one step" in imported.lost[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_bias_of_snntorch_acts_in_every_step():
    torch.manual_seed(4)
    layers = [torch.nn.Linear(CHANNELS, 8), leaky(0.9, 8, output=True)]
    fired = spikes_in()
    # Here a bias acts in the first step, in which no input has arrived yet.
    late = np.concatenate((np.zeros((1, CHANNELS), dtype=bool), fired[:-1]))
    graph, theirs = snntorch_run(layers, late)
    network = from_nir(graph, dt="0.1 ms").network
    assert isinstance(network.populations[0].cell, DeltaLIF)
    (ours,) = run(network, "input", fired).values()
    same_later(ours, theirs, hops=0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_graph_of_norse_gives_the_spikes_of_norse():
    import norse.torch as norse

    torch.manual_seed(2)
    cells = norse.LIFBoxParameters(
        tau_mem_inv=torch.full((8,), 200.0),
        v_th=torch.full((8,), 0.2),
        v_leak=torch.zeros(8),
        v_reset=torch.zeros(8),
    )
    net = norse.SequentialState(torch.nn.Linear(CHANNELS, 8), norse.LIFBoxCell(cells))
    with torch.no_grad():
        net[0].bias.zero_()
        net[0].weight *= 3
    graph = norse.to_nir(net, torch.zeros(1, CHANNELS))
    fired, state, theirs = spikes_in(), None, []
    with torch.no_grad():
        for row in fired:
            out, state = net(torch.tensor(row[None], dtype=torch.float32), state)
            theirs.append(out)
    imported = from_nir(graph, dt="0.001 ms")
    (ours,) = run(imported.network, imported.network.inputs[0].name, fired).values()
    same_later(ours, torch.cat(theirs).numpy() > 0, hops=1)


def recurrent(cell, receptor, **more) -> Network:
    weight = Normal("0 mV", "4 mV") if receptor == "excitatory" else Normal(0.0, 0.8)
    if receptor == "excitatory":
        weight = Uniform("1 mV", "6 mV")
    parts = {
        "name": "round",
        "dt": 0.5,
        "seed": 4,
        "populations": [Population("a", 10, cell)],
        "inputs": [SpikeArray(name="input", size=CHANNELS)],
        "projections": [
            Projection("input", "a", AllToAll(), Static(weight=weight, delay=0.5), receptor),
            Projection(
                "a",
                "a",
                FixedProbability(probability=0.4),
                Static(weight=weight, delay=Uniform(0.5, 3.0)),
                "inhibitory" if receptor == "excitatory" else receptor,
            ),
        ],
        "probes": [Probe(population="a")],
    }
    return Network(**{**parts, **more})


@pytest.mark.parametrize(
    ("cell", "receptor"),
    [
        (DiscreteLIF(decay=Uniform(0.5, 0.9), threshold=1.0), "input"),
        (
            DeltaLIF(
                tau_m=Uniform(8.0, 12.0), v_rest=0.0, v_reset=-1.0, v_thresh=5.0, tau_refrac=0.0,
                i_offset=0.1,
            ),
            "excitatory",
        ),
    ],
)  # fmt: skip
def test_round_trip_through_a_file_keeps_every_spike(tmp_path, cell, receptor):
    network = recurrent(cell, receptor)
    exported = to_nir(lower(network))
    nir.write(tmp_path / "graph.nir", exported.graph)
    again = from_nir(nir.read(tmp_path / "graph.nir"), dt=0.5).network
    fired = spikes_in()
    ours, theirs = run(network, "input", fired)["a"], run(again, "input", fired)["a"]
    assert ours.sum() > 20 and np.array_equal(ours, theirs)
    assert exported.lost == (
        "network 'round': its step of 0.5 ms and its semantics.",
        "input 'input': its spikes; a graph has none.",
    )


def test_everything_that_is_lost_is_listed():
    cell = DeltaLIF(tau_refrac=1.0)
    network = recurrent(
        cell, "excitatory", probes=[Probe(population="a"), Probe(population="a", variable="v")]
    )
    lost = to_nir(lower(network)).lost
    assert [text.split(":")[0] for text in lost] == [
        "network 'round'",
        "input 'input'",
        "population 'a'.tau_refrac",
        "population 'a'.v_init",
        "probe of 'a'",
    ]


def test_leaky_cell_is_written_in_si_units():
    # decay exp(-0.5/10) = 0.951229: tau = 0.5 ms / 0.048771 = 10.252 ms, R = 1 / 0.048771.
    cell = DeltaLIF(tau_m=10.0, tau_refrac=0.0)
    node = to_nir(lower(recurrent(cell, "excitatory"))).graph.nodes["a"]
    assert node.tau[0] == pytest.approx(0.0102521, rel=1e-5)
    assert node.r[0] == pytest.approx(20.5042, rel=1e-5)
    assert (node.v_leak[0], node.v_threshold[0]) == (-0.065, -0.05)


def test_cells_and_nodes_that_cannot_be_carried_over_are_all_named():
    network = recurrent(DiscreteLIF(), "input", projections=[])
    wrong = [Population("b", 2, CurrentExponentialLIF()), Population("c", 1, DiscreteLIF(decay=1))]
    with pytest.raises(CheckError) as caught:
        to_nir(lower(replace(network, populations=wrong, probes=[])))
    places = [issue.where for issue in caught.value.issues]
    assert places == ["population 'b'.cell", "population 'c'.decay"]
    ones = np.ones(2)
    nodes = {
        "input": nir.Input(input_type=np.array([2])),
        "cells": nir.IF(r=ones, v_threshold=ones),
        "output": nir.Output(output_type=np.array([2])),
    }
    edges = [("input", "cells"), ("cells", "output")]
    with pytest.raises(UnsupportedError, match="'IF' cannot be read"):
        from_nir(nir.NIRGraph(nodes=nodes, edges=edges), dt=1.0)
    nodes["cells"] = nir.LIF(tau=ones * 1e-4, r=ones, v_leak=0 * ones, v_threshold=ones)
    with pytest.raises(ValidationError, match="shorter than dt"):
        from_nir(nir.NIRGraph(nodes=nodes, edges=edges), dt=1.0)


def test_missing_package_is_one_line_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "nir", None)
    with pytest.raises(UnavailableError) as caught:
        to_nir(lower(recurrent(DiscreteLIF(), "input")))
    assert str(caught.value) == (
        'NIR export: needs NIR. Install it with: pip install "neuro-spiking-memory[nir]".'
    )


def test_file_is_read_like_the_graph_in_it(tmp_path):
    exported = to_nir(lower(Network(name="n", populations=[Population("a", 2, DiscreteLIF())])))
    nir.write(tmp_path / "graph.nir", exported.graph)
    found = read_nir(tmp_path / "graph.nir", dt=0.5)
    graph = nir.read(tmp_path / "graph.nir")
    assert found.network == from_nir(graph, dt=0.5, name="graph").network
    assert read_nir(tmp_path / "graph.nir", dt=0.5, name="mine").network.name == "mine"


@pytest.mark.parametrize("content", [None, b"no", b"cut"])
def test_file_that_is_no_graph_is_one_error(tmp_path, content):
    path = tmp_path / "graph.nir"
    if content == b"cut":
        network = Network(name="n", populations=[Population("a", 2, DiscreteLIF())])
        nir.write(path, to_nir(lower(network)).graph)
        path.write_bytes(path.read_bytes()[:-9])
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ResultError, match=r"NIR file '.*graph\.nir'"):
        read_nir(path, dt=0.5)
