"""Brian2 in runtime mode: Cython code objects called from a Python loop.

`run` is that loop alone; generating and compiling the code is `compile`, cold in the first round of
a table and from Brian2's cache later.
"""

from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

from benchmarks.measure import Clock, Options, Outcome
from benchmarks.peers import brian2_networks as networks
from benchmarks.workloads import Workload

WORKLOADS = ("W1", "W2", "W3")
PRECISIONS = ("float64",)

NEVER = 1e6
"""Seconds between two progress reports; only the first and the last one come."""


def measure(workload: Workload, options: Options, clock: Clock) -> Outcome:
    """Build the network, compile it and run it."""
    with clock.phase("import"):
        import brian2
    cache = options.scratch / "brian2-cython"
    brian2.prefs.codegen.target = "cython"
    brian2.prefs.codegen.runtime.cython.cache_dir = str(cache)
    with clock.phase("set-up"):
        simulation = networks.build(brian2, workload)
    _run(brian2, simulation, clock)
    with clock.phase("read-out"):
        steps, indices = networks.spikes(brian2, simulation, workload)
    return Outcome(
        steps=steps,
        indices=indices,
        weights=networks.weights(simulation, workload),
        versions={"brian2": brian2.__version__, "cython": version("Cython")},
    )


def _run(brian2: Any, simulation: networks.Simulation, clock: Clock) -> None:
    """Run; Brian2 reports when the compiled loop begins and when it ends."""
    with ExitStack() as stack:
        stack.enter_context(clock.phase("compile"))

        def report(elapsed: Any, completed: float, start: Any, duration: Any) -> None:
            stack.close()
            if completed < 1:
                stack.enter_context(clock.phase("run"))

        simulation.network.run(
            simulation.duration * brian2.ms,
            report=report,
            report_period=NEVER * brian2.second,
        )
