"""How long neuro takes to build synapses, and in how much memory.

``python -m benchmarks.construction`` lowers and compiles networks of one million and ten million
synapses, each in a process of its own; ``--run`` runs them too, for the memory that this takes.
"""

import json
import subprocess
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.measure import Clock, peak_memory
from benchmarks.rounds import failure, run_module

if TYPE_CHECKING:
    from neuro.ir import Connector, Network

CONNECTORS = ("FixedProbability", "FixedFanIn")
SIZES = (1_000_000, 10_000_000)
COLUMNS = (
    *("connector", "synapses", "describe", "lower", "compile", "M/s"),
    *("run", "spikes", "MiB", "B/synapse"),
)

HELP = """Time the building of synapses: `Network(...)`, `neuro.lower`, compiling for the CPU.

Seconds are CPU seconds, M/s millions of synapses a second of lowering and compiling. MiB is the
peak of the process, run included, B/synapse what it grew by.

\b
Examples:
  python -m benchmarks.construction
  python -m benchmarks.construction --synapses 100000 --fan-in 1000 --drawn
  python -m benchmarks.construction --synapses 100000000 --run 100
"""

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=HELP)
def construction(
    synapses: Annotated[
        list[int] | None, typer.Option(min=1000, help="How many. Default a million, ten million.")
    ] = None,
    fan_in: Annotated[int, typer.Option(min=1, help="Synapses onto one neuron.")] = 100,
    drawn: Annotated[
        bool, typer.Option("--drawn", help="Draw each weight and delay, instead of one for all.")
    ] = False,
    run: Annotated[float, typer.Option(min=0, help="Model time to run, ms.")] = 0,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one network.")] = 600,
    child: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Build the networks and print the table; with `child`, build one and print a JSON line."""
    if child is not None:
        (count,) = synapses or SIZES[:1]
        typer.echo(json.dumps(build(child, count, fan_in, run, drawn=drawn)))
        return
    from neuro.cli.output import print_table

    rows = []
    for connector in CONNECTORS:
        for count in synapses or SIZES:
            words = ["--child", connector, "--synapses", str(count), "--fan-in", str(fan_in)]
            words += ["--run", str(run), *(["--drawn"] if drawn else [])]
            rows.append((connector, f"{count:,}", *_measured(words, timeout)))
    print_table(f"Construction at a fan-in of {fan_in}", COLUMNS, rows)


def build(
    connector: str, synapses: int, fan_in: int, run: float, *, drawn: bool
) -> dict[str, float]:
    """Describe, lower, compile and run one network.

    Returns CPU seconds of each, synapses made, spikes fired, and memory in MiB.
    """
    from neuro import lower
    from neuro.hardware_configs import load_target
    from neuro.registry import load_backend

    clock = Clock()
    backend, target = load_backend("cpu"), load_target("cpu")
    before = peak_memory()
    with clock.phase("set-up"):
        network = describe(connector, synapses, fan_in, drawn=drawn)
    with clock.phase("import"):
        plan = lower(network)
    with clock.phase("compile"):
        program = backend.compile(plan, target)
    with clock.phase("run"):
        program.run(run)
    return {
        "describe": clock.spans["set-up"].cpu,
        "lower": clock.spans["import"].cpu,
        "compile": clock.spans["compile"].cpu,
        "run": clock.spans["run"].cpu,
        "made": plan.synapse_count(),
        "spikes": program.result().counters.spikes["cells"],
        "memory": clock.memory,
        "before": before,
    }


def describe(connector: str, synapses: int, fan_in: int, *, drawn: bool) -> "Network":
    """Return a network with one projection onto itself."""
    from neuro.ir import DeltaLIF, Network, Population, Projection, Static, Uniform

    neurons = synapses // fan_in
    weight: Any = Uniform("0.1 mV", "0.2 mV") if drawn else "0.1 mV"
    delay: Any = Uniform("1 ms", "5 ms") if drawn else "1 ms"
    cell = DeltaLIF(i_offset=Uniform("0.7 nA", "1 nA"))
    rule = _connector(connector, neurons, fan_in)
    return Network(
        name="construction",
        seed=1,
        populations=(Population("cells", neurons, cell),),
        projections=(Projection("cells", "cells", rule, Static(weight=weight, delay=delay)),),
    )


def _connector(name: str, neurons: int, fan_in: int) -> "Connector":
    from neuro.ir import FixedFanIn, FixedProbability

    if name == "FixedFanIn":
        return FixedFanIn(count=fan_in)
    return FixedProbability(probability=fan_in / neurons)


def _measured(words: list[str], timeout: float) -> list[str]:
    """Return the figures of one network as text, or why there are none."""
    try:
        code, out, error = run_module("benchmarks.construction", words, timeout=timeout)
    except subprocess.TimeoutExpired:
        return [f"more than {timeout:g} s", *[""] * (len(COLUMNS) - 3)]
    if code:
        return [failure(error), *[""] * (len(COLUMNS) - 3)]
    found = json.loads(out)
    grown = (found["memory"] - found["before"]) * 2**20 / found["made"]
    return [
        f"{found['describe']:.3g}",
        f"{found['lower']:.3g}",
        f"{found['compile']:.3g}",
        f"{1e-6 * found['made'] / (found['lower'] + found['compile']):.3g}",
        f"{found['run']:.3g}",
        f"{found['spikes']:,}",
        f"{found['memory']:.0f}",
        f"{grown:.0f}",
    ]


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.construction")
