"""The fixed-point machine against NEST 3.10, in real numbers and exact integration.

Conventions (specs, spinnaker section 2): samples of V line up index by index; a spike that the
machine records at tick t is NEST's at t + 1. The differences that remain are the machine's: numbers
of 15 fraction bits that truncate, weights of 16 bits, and currents that are held over a tick.
"""

from collections.abc import Callable

import numpy as np
import pytest

from neuro import simulate
from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

DURATION = 1000.0
NEURONS, SOURCES = 100, 80
RATE = 20.0
NEVER = 0.0
"""A threshold, mV, that is not reached."""

CELLS = {"current": CurrentExponentialLIF, "conductance": ConductanceExponentialLIF}
WEIGHTS = {"current": (0.4, 0.1), "conductance": (0.006, 0.004)}
"""Largest excitatory and inhibitory weight, nA or uS."""

Make = Callable[..., Network]


@pytest.fixture
def driven() -> Make:
    """Make neurons under irregular input, which may excite one another."""

    def make(cell: str, dt: float, *, threshold: float = -55.0, recurrent: float = 0.0) -> Network:
        rng = np.random.default_rng(1)
        fires = rng.random((round(DURATION / dt), SOURCES)) < RATE * dt / 1000.0
        fires[0] = False
        steps, indices = np.nonzero(fires)
        neurons = CELLS[cell](
            cm=0.25,
            tau_m=20.0,
            tau_refrac=3.0,
            tau_syn_E=3.0,
            tau_syn_I=8.0,
            v_thresh=threshold,
            i_offset=rng.uniform(0.0, 0.1, NEURONS),
            v_init=rng.uniform(-65.0, -60.0, NEURONS),
        )

        def link(source: str, size: int, receptor: str, largest: float, name: str) -> Projection:
            sources, targets = np.nonzero(rng.random((size, NEURONS)) < 0.2)
            synapse = Static(
                weight=rng.uniform(0.0, largest, sources.size),
                delay=rng.integers(1, 10, sources.size) * 1.0,
            )
            pairs = PairList(sources=sources, targets=targets)
            return Projection(source, "a", pairs, synapse, receptor, name)

        excitatory, inhibitory = WEIGHTS[cell]
        return Network(
            name="driven",
            dt=dt,
            semantics="tick",
            populations=[Population("a", NEURONS, neurons)],
            inputs=[SpikeArray(name="in", size=SOURCES, times=steps * dt, indices=indices)],
            projections=[
                link("in", SOURCES, "excitatory", excitatory, "e"),
                link("in", SOURCES, "inhibitory", inhibitory, "i"),
                *([link("a", NEURONS, "excitatory", recurrent, "r")] if recurrent else []),
            ],
            probes=[
                Probe(population="a"),
                Probe(population="a", variable="v", indices=np.arange(NEURONS)),
            ],
        )

    return make


# Measured: 1.04e-3 and 2.3e-3 of the excursion; a conductance held over 1 ms is off by 7 %.
@pytest.mark.parametrize(
    ("cell", "dt", "tolerance"), [("current", 1.0, 2e-3), ("conductance", 0.1, 4e-3)]
)
def test_membranes_line_up_with_nest_index_by_index(
    driven: Make, nest_run, cell: str, dt: float, tolerance: float
) -> None:
    network = driven(cell, dt, threshold=NEVER)
    ours = simulate(network, DURATION, backend="spinnaker").traces["a"]["v"].values
    theirs = nest_run(network, DURATION).traces["a"]["v"]
    assert np.ptp(theirs) > 15.0
    assert np.abs(ours[1 : len(theirs) + 1] - theirs).max() < tolerance * np.ptp(theirs)


def test_spikes_of_driven_neurons_are_those_of_nest_one_tick_earlier(
    driven: Make, nest_run, spike_table
) -> None:
    network = driven("current", 1.0)
    ours = spike_table(simulate(network, DURATION, backend="spinnaker"), "a")
    theirs = nest_run(network, DURATION).spikes["a"]
    moved = {(tick + 1, neuron) for tick, neuron in ours.tolist()}
    same = moved & {(step, neuron) for step, neuron in theirs.tolist()}
    # The rest crosses the threshold a tick apart.
    assert len(theirs) > 1000 and len(same) > 0.95 * len(theirs)


@pytest.mark.parametrize(("cell", "dt"), [("current", 1.0), ("conductance", 0.1)])
def test_driven_neurons_spike_as_often_as_in_nest(
    driven: Make, nest_run, spike_table, cell: str, dt: float
) -> None:
    network = driven(cell, dt)
    ours, theirs = _counts(network, nest_run, spike_table)
    assert np.abs(ours - theirs).max() <= 1
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.01)


# Recurrent excitation is chaotic: spikes part ways, rates do not.
@pytest.mark.parametrize(
    ("cell", "dt", "weight"), [("current", 1.0, 0.1), ("conductance", 0.1, 0.002)]
)
def test_recurrent_rates_are_those_of_nest(
    driven: Make, nest_run, spike_table, cell: str, dt: float, weight: float
) -> None:
    network = driven(cell, dt, recurrent=weight)
    ours, theirs = _counts(network, nest_run, spike_table)
    assert theirs.mean() > 1.5 * _counts(driven(cell, dt), nest_run, spike_table)[1].mean()
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.02)
    assert np.abs(ours - theirs).max() <= 0.1 * theirs.max()


def _counts(network: Network, nest_run, spike_table) -> tuple[np.ndarray, np.ndarray]:
    ours = spike_table(simulate(network, DURATION, backend="spinnaker"), "a")
    theirs = nest_run(network, DURATION).spikes["a"]
    return tuple(np.bincount(table[:, 1], minlength=NEURONS) for table in (ours, theirs))  # type: ignore[return-value]
