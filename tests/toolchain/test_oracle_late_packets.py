"""Packets that arrive late, on the binaries and on the emulator: not one word differs.

A packet carries the low four bits of its tick; the binaries get packets of other colours than that
of the present tick, the emulator finds them in its queue.
"""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip(
    "unicorn", reason="needs unicorn. Install with: pip install 'neuro-spiking-memory[oracle]'"
)

from spinnaker_oracle.core import Core
from spinnaker_oracle.recipe import from_network
from spinnaker_oracle.rows import rows
from spinnaker_oracle.toolchain import Mapped, map_networks, missing

from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.reference import ReferenceEmulator
from neuro.engine import TraceProbe
from neuro.hardware_configs import load_target
from neuro.ir import (
    CurrentExponentialLIF,
    Network,
    PairList,
    PairSTDP,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.run import lower

TICKS = 80
NEURONS = 6
NOBODY = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

LATE_PACKETS = [
    {10: 0, 21: 1, 33: 2, 47: 3, 52: 0, 60: 4},
    {10: 5, 30: 7, 50: 1},
    {0: 0, 1: 1, 20: 2, 21: 1, 22: 9},
]
"""By tick of arrival: how late the packet is."""

# Delays of the six synapses, ticks; whether they learn. Slots are 4, 8, 4 and 8: the longest static
# delays and the delay of 4 of the first plastic network fill them.
CASES = {
    "static4": ([1, 2, 3, 4, 4, 1], False),
    "static8": ([1, 2, 3, 4, 5, 8], False),
    "plastic4": ([1, 2, 3, 4, 4, 3], True),
    "plastic8": ([1, 2, 3, 4, 5, 7], True),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.toolchain,
    pytest.mark.xdist_group("oracle_late_packets"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


def network(case: str) -> Network:
    """Build six neurons that fire by themselves, and one source that reaches all of them."""
    delays, learns = CASES[case]
    delay = np.array(delays, dtype=float)
    synapse: Static | PairSTDP = Static(weight=0.5, delay=delay)
    if learns:
        synapse = PairSTDP(
            weight=0.5,
            delay=delay,
            rule="additive",
            amplitude="absolute",
            a_plus=0.1,
            a_minus=0.08,
            w_max=2.0,
        )
    cell = CurrentExponentialLIF(
        tau_refrac=1.0, tau_syn_E=3.0, v_thresh=-55.0, i_offset=np.linspace(0.55, 1.2, NEURONS)
    )
    pairs = PairList(sources=np.zeros(NEURONS, dtype=int), targets=np.arange(NEURONS))
    return Network(
        name=case,
        dt=1.0,
        semantics="tick",
        populations=[Population("a", NEURONS, cell)],
        inputs=[SpikeArray(name="in", size=1)],
        projections=[Projection("in", "a", pairs, synapse, name="p")],
    )


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mapped]:
    recipes = [from_network(network(case), name=case) for case in CASES]
    folder: Path = tmp_path_factory.mktemp("late")
    return {str(item.recipe.name): item for item in map_networks(recipes, folder)}


@pytest.mark.parametrize("number", range(len(LATE_PACKETS)))
@pytest.mark.parametrize("case", CASES)
def test_late_packets_do_what_they_do_on_the_binaries(
    mapped: dict[str, Mapped], case: str, number: int
) -> None:
    packets = LATE_PACKETS[number]
    core = on_the_machine(mapped[case], packets)
    emulator, v, excitatory = on_the_emulator(case, packets)
    assert np.array_equal(v, core.samples(0, NEURONS))
    assert np.array_equal(excitatory, core.samples(1, NEURONS))
    if CASES[case][1]:
        (row,) = rows(core, key_of(mapped[case]), position=0, count=1)
        state = emulator.snapshot()
        assert state["projection0.weights"].tolist() == list(row.weights)
        assert state["projection0.pre_time"].ravel().tolist() == [row.time]
        assert state["projection0.pre_trace"].ravel().tolist() == [row.trace]


def key_of(item: Mapped) -> int:
    key = item.slices["in"][0].key
    assert key is not None
    return key


def on_the_machine(item: Mapped, packets: dict[int, int]) -> Core:
    """Run the binary; a packet arrives after the neurons' update."""
    (part,) = item.slices["a"]
    core = Core(part.binary, item.regions(part.core), number=part.core[2])
    core.start(TICKS)
    for tick in range(TICKS):
        core.tick()
        if tick in packets:
            core.deliver([(key_of(item) | (tick - packets[tick]) & 15, None)])
    core.tick()  # one more: the application notices the end and pauses
    return core


def on_the_emulator(
    case: str, packets: dict[int, int]
) -> tuple[ReferenceEmulator, np.ndarray, np.ndarray]:
    """Run tick by tick, with packets put into the queue of the core."""
    options = Options(mode="loaded")
    layout = lay_out(lower(network(case)), options)
    emulator = ReferenceEmulator(layout, options, hardware(load_target("spinnaker_spin5")))
    every = np.arange(NEURONS)
    probes = [TraceProbe(0, name, 1, every) for name in ("v", "i_excitatory")]
    samples = []
    for tick in range(TICKS):
        if tick in packets:
            # Source 0, no stage, neuron 0, one spike, tick of sending.
            waiting = np.array([[0, 0, 0, 1, tick - packets[tick]]])
            emulator.restore({**emulator.snapshot(), "queue0": waiting})
        traces = emulator.advance(1, [NOBODY], probes).traces
        samples.append([np.rint(values[0] * 32768).astype(int) for _, values in traces])
    return emulator, *np.array(samples).transpose(1, 0, 2)
