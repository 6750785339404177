"""How fast the SpiNNaker emulator is, beside the machine itself and beside NEST.

``python -m benchmarks.spinnaker`` measures neurons, static and plastic synapses, the CA3 memory and
memory per synapse on one core, each next to what one core of the machine does in real time; then
W1 as on the machine and in NEST.
"""

import gc
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.ca3 import PROGRAM, SPIKES, VECTORS
from benchmarks.measure import Clock, Options, cpu_seconds
from benchmarks.peers import nest_peer, neuro_peer
from benchmarks.workloads import cuba
from neuro.backend import Program
from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.make import native_detail
from neuro.cli.output import print_table
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    FixedFanIn,
    FixedProbability,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Projection,
    SpikeArray,
    Static,
    SynapseType,
    Uniform,
)
from neuro.models.ca3 import ca3
from neuro.run import compile_network
from neuro.tasks import AssociativeMemory

BACKEND = "spinnaker"
TARGET = "spinnaker_spin5"

NEURONS = 10_240
SOURCES = 1000
SPIKES_PER_TICK = 100
PLASTIC = 254
"""Most neurons of a core with all-to-all plasticity: a row is limited to 256 words."""

LEAST = {"neuron updates": 50.0, "static events": 50.0}
"""Millions a second that the emulator is to reach on one core."""

LONGEST_CA3 = 0.2
"""CPU seconds that T2 may take after the first time."""

MOST_BYTES = 16.0
"""Of memory, for a static synapse."""

CA3_TICKS = 851

PLANNED = {"static events": 13.0, "plastic updates": 1.4}
"""Millions a second that the tool itself plans with for one core (sPyNNaker 1!7.4.1)."""

SAME_RATE = 0.05
"""How far the spike count of W1 may be from NEST's: the network magnifies every difference."""

HELP = """Measure the SpiNNaker emulator and print it beside the machine and NEST.

Rates are millions in a CPU second, the best of all repeats. `one core` is what a core of the
machine does in real time if it does nothing else, from its cycles; `planned` what the tool assumes.

\b
Examples:
  python -m benchmarks.spinnaker
  python -m benchmarks.spinnaker --repeats 1 --steps 500
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A measured rate in millions a CPU second, and of which kind it is."""

    kind: str
    detail: str
    value: float


@app.command(help=HELP)
def spinnaker(
    repeats: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = 3,
    ticks: Annotated[int, typer.Option(min=10, help="Length of the runs that give rates.")] = 400,
    steps: Annotated[int, typer.Option(min=0, help="Length of W1; 0 leaves it out.")] = 5000,
) -> None:
    """Measure and print."""
    # First, while the allocator holds no free memory that would hide what a program takes.
    memory = synapse_bytes()
    rates = [
        Rate("neuron updates", "current-based, silent", _best(_neurons, repeats, ticks)),
        Rate("static events", "one delay", _best(_static, repeats, ticks)),
        Rate("static events", "16 delays", _best(_static_drawn, repeats, ticks)),
        Rate("plastic updates", "all to all, both sides firing", _best(_plastic, repeats, ticks)),
    ]
    print_table(
        f"SpiNNaker emulator, {_kernels()}: millions a CPU second",
        ("what", "how", "emulator", "one core", "planned", "wanted"),
        [_row(rate) for rate in rates],
    )
    print_table(
        "CA3 memory and memory of synapses",
        ("what", "measured", "machine", "wanted"),
        [
            (
                f"T2, {CA3_TICKS} ticks, CPU s",
                f"{measure_ca3(repeats):.3g}",
                f"{CA3_TICKS / 1000:g} s in real time",
                f"< {LONGEST_CA3:g}",
            ),
            ("bytes of a static synapse", f"{memory:.3g}", "4", f"<= {MOST_BYTES:g}"),
        ],
    )
    if steps:
        _print_w1(steps)


def _row(rate: Rate) -> tuple[str, ...]:
    planned, least = PLANNED.get(rate.kind), LEAST.get(rate.kind)
    return (
        rate.kind,
        rate.detail,
        f"{rate.value:.0f}",
        f"{machine_rate(rate.kind):.3g}",
        "" if planned is None else f"{planned:g}",
        "" if least is None else f">= {least:g}",
    )


def machine_rate(kind: str) -> float:
    """Return millions a second of one core of the machine that does nothing else."""
    machine = hardware(load_target(TARGET))
    cycles = {
        "neuron updates": machine.cycles_neuron,
        "static events": machine.cycles_static_synapse,
        "plastic updates": machine.cycles_plastic_synapse,
    }
    return float(machine.clock / cycles[kind] / 1e6)


def _kernels() -> str:
    return native_detail() or "NumPy reference"


def _best(measure: Callable[[int], float], repeats: int, ticks: int) -> float:
    return max(measure(ticks) for _ in range(repeats))


def _compiled(network: Network) -> Program:
    return compile_network(network, backend=BACKEND)


def _timed(network: Network, ticks: int, count: Callable[[Any], int]) -> float:
    """Return millions of what is counted, in a CPU second, after as many ticks to warm up."""
    with _compiled(network) as program:
        program.run(ticks * network.dt)
        before, started = count(program.result().counters), cpu_seconds()
        program.run(ticks * network.dt)
        seconds = cpu_seconds() - started
        return (count(program.result().counters) - before) / seconds / 1e6


def _neurons(ticks: int) -> float:
    cells = Population("cells", NEURONS, CurrentExponentialLIF(i_offset=0.5))
    network = Network(name="neurons", dt=1.0, semantics="tick", populations=(cells,))
    with _compiled(network) as program:
        program.run(ticks)
        started = cpu_seconds()
        program.run(10 * ticks)
        return 10 * ticks * NEURONS / (cpu_seconds() - started) / 1e6


def _static(ticks: int) -> float:
    return _timed(_driven(Static(weight=0.001, delay=2.0), 2 * ticks), ticks, _events)


def _static_drawn(ticks: int) -> float:
    synapse = Static(weight=Uniform(0.0005, 0.002), delay=Uniform(1.0, 16.0))
    return _timed(_driven(synapse, 2 * ticks), ticks, _events)


def _driven(synapse: SynapseType, ticks: int) -> Network:
    """Join many sources to cells too inert to fire."""
    rng = np.random.default_rng(1)
    at = np.repeat(np.arange(float(ticks)), SPIKES_PER_TICK)
    drive = SpikeArray(
        name="drive", size=SOURCES, times=at, indices=rng.integers(0, SOURCES, at.size)
    )
    return Network(
        name="driven",
        dt=1.0,
        semantics="tick",
        populations=(Population("cells", NEURONS, CurrentExponentialLIF(cm=100.0)),),
        inputs=(drive,),
        projections=(Projection("drive", "cells", FixedProbability(probability=0.1), synapse),),
    )


def _plastic(ticks: int) -> float:
    rule = PairSTDP(
        weight=0.01,
        delay=1.0,
        rule="additive",
        amplitude="absolute",
        a_plus=0.001,
        a_minus=0.001,
        tau_plus=20.0,
        tau_minus=20.0,
        w_max=0.02,
    )
    # 0.75 nA is the rheobase; the rest comes from the sources.
    network = Network(
        name="plastic",
        dt=1.0,
        semantics="tick",
        populations=(Population("cells", PLASTIC, CurrentExponentialLIF(i_offset=0.8)),),
        inputs=(Poisson(name="drive", size=PLASTIC, rate=20.0),),
        projections=(Projection("drive", "cells", AllToAll(), rule),),
    )
    return _timed(network, ticks, lambda counters: sum(counters.plastic_updates.values()))


def _events(counters: Any) -> int:
    return sum(counters.synaptic_events.values())


def measure_ca3(repeats: int) -> float:
    """Return the CPU seconds of T2 after the first time, its answers and spikes checked.

    Raises
    ------
    RuntimeError
        If an answer or the spike count is not the published one.
    """
    rows = json.loads(VECTORS.read_text(encoding="utf-8"))[PROGRAM]
    times = []
    for _ in range(repeats + 1):
        memory = AssociativeMemory(ca3(), backend=BACKEND)
        started = cpu_seconds()
        done = memory.run_program([row[:4] for row in rows])
        times.append(cpu_seconds() - started)
        answers = [
            [list(item.cues), list(item.content), list(item.dropped)] for item in done.answers
        ]
        wrong = sum(answer != row[4:7] for answer, row in zip(answers, rows, strict=True))
        spikes = sum(done.result.counters.spikes.values())
        if wrong or spikes != SPIKES:
            raise RuntimeError(f"{wrong} answers are wrong, {spikes} spikes instead of {SPIKES}")
    return min(times[1:])


def synapse_bytes() -> float:
    """Return the memory that a program keeps for a synapse with a weight and delay of its own."""
    fan_in, size = 500, 10_000
    network = Network(
        name="synapses",
        dt=1.0,
        semantics="tick",
        populations=(Population("cells", size, CurrentExponentialLIF()),),
        projections=(
            Projection(
                "cells",
                "cells",
                FixedFanIn(count=fan_in),
                Static(weight=Uniform(0.01, 0.1), delay=Uniform(1.0, 16.0)),
            ),
        ),
    )
    gc.collect()
    before = _resident()
    with _compiled(network):
        gc.collect()
        return (_resident() - before) / (fan_in * size)


def _resident() -> float:
    """Return the memory of this process, bytes; Linux only."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return float("nan")
    return float(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _print_w1(steps: int) -> None:
    ours, theirs = measure_w1(steps)
    rows = [("emulator", *ours.cells())]
    if theirs is not None:
        rows.append(("NEST, one thread", *theirs.cells()))
    print_table(
        f"W1, 4000 neurons, {steps} steps of 0.1 ms",
        ("where", "CPU s of the run", "spikes"),
        rows,
    )
    if theirs is None:
        typer.echo("NEST is not installed: pip install nest-simulator")
    elif abs(ours.spikes - theirs.spikes) > SAME_RATE * theirs.spikes:
        raise RuntimeError(f"{ours.spikes} spikes are not the {theirs.spikes} of NEST")


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds and spikes of one run of W1."""

    seconds: float
    spikes: int

    def cells(self) -> tuple[str, str]:
        """Return both as text."""
        return f"{self.seconds:.3g}", str(self.spikes)


def measure_w1(steps: int) -> tuple[Run, Run | None]:
    """Run W1 on the emulator and, where it is installed, in NEST.

    A spike leaves the machine one step earlier than NEST and travels as long, so here every delay
    is one step longer.
    """
    workload = cuba(steps=steps)
    network = neuro_peer.build_cuba(workload)
    projections = tuple(
        replace(item, synapse=replace(item.synapse, delay=item.synapse.delay + workload.dt))
        for item in network.projections
    )
    with _compiled(replace(network, semantics="tick", projections=projections)) as program:
        started = cpu_seconds()
        program.run(steps * workload.dt)
        seconds = cpu_seconds() - started
        ours = Run(seconds, sum(program.result().counters.spikes.values()))
    if find_spec("nest") is None:
        return ours, None
    os.environ.setdefault("PYNEST_QUIET", "1")
    clock = Clock()
    with tempfile.TemporaryDirectory() as scratch:
        options = Options(precision="float64", threads=1, scratch=Path(scratch))
        outcome = nest_peer.measure(workload, options, clock)
    return ours, Run(clock.spans["run"].cpu, int(outcome.steps.size))


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.spinnaker")
