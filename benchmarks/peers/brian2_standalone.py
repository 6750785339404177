"""Brian2 as a C++ standalone program.

`run` is the whole program, as `launch` measures it; ``extras["loop"]`` is the simulation loop
alone, as the program itself reports it.
"""

import json
import sys
from pathlib import Path

from benchmarks.measure import Clock, Options, Outcome
from benchmarks.peers import brian2_networks as networks
from benchmarks.workloads import Workload

WORKLOADS = ("W1", "W2", "W3")
PRECISIONS = ("float64",)

LAUNCHER = Path(__file__).with_name("launch.py")


def measure(workload: Workload, options: Options, clock: Clock) -> Outcome:
    """Generate the program, compile it and run it."""
    with clock.phase("import"):
        import brian2
    folder = options.scratch / f"brian2-{workload.name}"
    usage = options.scratch / "usage.json"
    brian2.set_device("cpp_standalone", build_on_run=False)
    settings = brian2.prefs.devices.cpp_standalone
    settings.openmp_threads = options.threads if options.threads > 1 else 0
    settings.run_cmd_unix = [sys.executable, "-I", "-S", str(LAUNCHER), str(usage), "./main"]
    with clock.phase("set-up"):
        simulation = networks.build(brian2, workload)
        simulation.network.run(simulation.duration * brian2.ms)
    with clock.phase("compile"):
        brian2.device.build(directory=str(folder), compile=True, run=False, clean=True)
    brian2.device.run(with_output=False)
    used = json.loads(usage.read_text(encoding="utf-8"))
    clock.add("run", used["wall"], used["cpu"])
    with clock.phase("read-out"):
        steps, indices = networks.spikes(brian2, simulation, workload)
    return Outcome(
        steps=steps,
        indices=indices,
        weights=networks.weights(simulation, workload),
        versions={"brian2": brian2.__version__},
        extras={"loop": brian2.device._last_run_time},
        memory=used["memory"],
    )
