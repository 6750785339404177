from typing import Any

import numpy as np
import pytest

from neuro.backends.spinnaker.hardware import Hardware, hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import Layout
from neuro.backends.spinnaker.load import CoreLoad, busy_cycles, core_loads, expected_spikes
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.rows import layout_rows
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    OneToOne,
    PairSTDP,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.models.ca3 import ca3
from neuro.results import Result
from neuro.run import compile_network, lower

LEARN = PairSTDP(
    weight="0.5 nA",
    rule="additive",
    amplitude="absolute",
    a_plus="0.1 nA",
    a_minus="0.1 nA",
    w_max="1 nA",
)
NUMBERS: Hardware = hardware(load_target("spinnaker_spin5"))


def network(synapse: Any, size: int = 10, source: Any = None, connector: Any = None) -> Network:
    return Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", size, CurrentExponentialLIF())],
        inputs=[source or Poisson(name="a", size=20, rate="50 Hz")],
        projections=[Projection("a", "b", connector or AllToAll(), synapse)],
    )


def loads_of(made: Network, neurons_per_core: int = 256) -> tuple[CoreLoad, ...]:
    layout = laid_out(made, neurons_per_core)
    return core_loads(layout, layout_rows(layout), NUMBERS)


def laid_out(made: Network, neurons_per_core: int = 256) -> Layout:
    return lay_out(lower(made), Options(neurons_per_core=neurons_per_core))


def test_idle_core_of_256_neurons_takes_a_fifth_of_a_tick() -> None:
    # Section 8: "256 neurons use 39,700 cycles (20 %)".
    (load,) = loads_of(network(Static(weight="1 nA"), size=256))
    assert load.idle == 1170 + 256 * 150
    assert load.idle / load.budget == pytest.approx(0.198, abs=1e-3)


def test_static_load_is_that_of_rows_and_synapses() -> None:
    (load,) = loads_of(network(Static(weight="1 nA")))
    spike = 960 + 10 * 31
    assert load.expected == pytest.approx(load.idle + 20 * 0.05 * spike)
    assert load.all_at_once == load.idle + 20 * spike
    assert load.spikes_that_fit == (200_000 - load.idle) // spike
    assert (load.packets_expected, load.packets_at_once) == (pytest.approx(1.0), 20)


def test_four_plastic_spikes_onto_250_neurons_fit_into_a_tick() -> None:
    # Section 8: 250 plastic synapses take 34,600 cycles a spike; more than 4 overrun the core.
    (load,) = loads_of(network(LEARN, size=250))
    assert load.all_at_once - load.idle == 20 * (1430 + 250 * 132)
    assert load.spikes_that_fit == 4


def test_plastic_load_includes_the_expected_post_events() -> None:
    # Every post spike, at the assumed 30 Hz, meets each of 20 incoming plastic synapses.
    (load,) = loads_of(network(LEARN))
    spikes = 20 * 0.05 * (1430 + 10 * 132)
    assert load.expected == pytest.approx(load.idle + spikes + 10 * 20 * 0.03 * 75)


def test_each_core_has_its_own_load() -> None:
    first, second = loads_of(network(Static(weight="1 nA"), size=20, connector=OneToOne()), 15)
    assert (first.neurons, second.neurons) == (15, 5)
    assert first.all_at_once - first.idle == 15 * (960 + 31)
    assert second.all_at_once - second.idle == 5 * (960 + 31)
    assert (first.packets_at_once, second.packets_at_once) == (20, 20)


def test_delay_stages_send_packets_of_their_own() -> None:
    # 200 neurons leave 32 slots: delays of 1 and of 40 steps are two rows and two packets.
    delays = np.tile([1.0, 40.0], 100)
    source = SpikeArray(name="a", size=1)
    (load,) = loads_of(network(Static(weight="1 nA", delay=delays[None, :]), 200, source))
    assert load.packets_at_once == 2
    assert load.all_at_once - load.idle == 2 * 960 + 200 * 31


def test_population_without_input_has_no_spikes_that_fit() -> None:
    made = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", 3, CurrentExponentialLIF())],
    )
    (load,) = loads_of(made)
    assert load.spikes_that_fit is None
    assert load.expected == load.all_at_once == load.idle


def test_expected_spikes_are_those_that_are_known() -> None:
    # Source 0 fires twice in ticks 0 to 9, source 1 once, source 2 never.
    source = SpikeArray(name="a", size=3, times=[0, 9, 4], indices=[0, 0, 1])
    spikes = expected_spikes(lower(network(Static(weight="1 nA"), source=source)), 30.0)
    assert spikes["a"].tolist() == [0.2, 0.1, 0.0]
    assert spikes["b"].tolist() == pytest.approx([0.03] * 10)


def test_spikes_that_are_not_known_yet_come_at_the_assumed_rate() -> None:
    source = SpikeArray(name="a", size=2)
    spikes = expected_spikes(lower(network(Static(weight="1 nA"), source=source)), 30.0)
    assert spikes["a"].tolist() == pytest.approx([0.03, 0.03])


def run_ca3(mode: str) -> tuple[Layout, Result]:
    """Learn one item of four bits and recall it; 100 ms."""
    made = ca3()
    target = load_target("spinnaker_spin5", [f"mode={mode}"])
    cue, bits = [0], [5, 6, 13, 14]
    lines = cue + bits
    times = [t for t in (0.0, 1.0, 2.0) for _ in lines] + [40.0]
    with compile_network(made, backend="spinnaker", target=target) as program:
        program.run("100 ms", inputs={"IN": (times, lines * 3 + cue)})
        return laid_out(made), program.result()


def test_busy_cycles_agree_with_the_emulated_load() -> None:
    # The emulator counts cycle by cycle; the counters know neither post events nor which rows were
    # short, so a few per cent remain.
    layout, result = run_ca3("loaded")
    counted = result.counters.hardware["core_cycles"]
    estimated = busy_cycles(layout, layout_rows(layout), NUMBERS, result.counters, 100)
    assert sum(result.counters.spikes.values()) > 40
    assert estimated.keys() == counted.keys()
    for name, cycles in counted.items():
        assert estimated[name] == pytest.approx(cycles, rel=0.03), name
