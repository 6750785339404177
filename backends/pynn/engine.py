"""A PyNN script as an engine: written for each run, and run in a process of its own.

The inputs are given to the script as lists, so that Poisson sources emit the spikes that they emit
on every other backend.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.pynn.launch import run
from neuro.engine import Engine, Recording, TraceProbe
from neuro.engine.counting import counted
from neuro.engine.interface import Batch, FloatArray, IntArray, Spikes
from neuro.errors import SimulationError, UnsupportedError
from neuro.ir import Probe
from neuro.ir.probes import SPIKES
from neuro.plan import Plan, PlannedArray
from neuro.pynn_export import conventions_of, to_script

LAST_LINES = 6
"""Lines of a failed script that are shown."""


class ScriptEngine(Engine):
    """A plan that a PyNN simulator runs from time zero.

    Parameters
    ----------
    plan : Plan
        What runs.
    simulator : {"nest", "brian2"}
        The module of PyNN.
    processes : int, default 1
        Among which NEST shares the work, with MPI.
    """

    whole_runs = True

    def __init__(self, plan: Plan, simulator: str, processes: int = 1) -> None:
        self._plan = plan
        self._processes = processes
        self._conventions = conventions_of(simulator)
        self._step = 0
        self._weights: dict[str, FloatArray] = {}
        self.kind = self._conventions.module
        own = "a process of its own" if processes == 1 else f"{processes} processes with MPI"
        self.description = f"{self.kind}, in {own}"

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Write the script of a run and run it; see `Engine.advance`.

        Raises
        ------
        UnsupportedError, CheckError
            If something has run already, or the simulator cannot run these inputs.
        SimulationError
            If the script fails.
        """
        if self._step:
            raise UnsupportedError(
                f"backend 'pynn' on {self.kind}",
                "a finished script cannot be continued",
                limit="One run from time zero",
                hint="Run the whole time at once",
            )
        given = with_inputs(self._plan, inputs)
        script = to_script(
            given, self._conventions.name, duration=float(round(steps * given.dt, 9))
        )
        with TemporaryDirectory(prefix="neuro-pynn-") as folder:
            path = Path(folder, "network.py")
            script.write(path)
            results = _run(path, self.kind, self._processes)
        self._step = steps
        self._weights = {
            name: np.array([row[2] for row in rows], dtype=np.float64)
            for name, rows in results["weights"].items()
        }
        return self._recording(results, steps, inputs, probes)

    def weights(self, projection: int) -> FloatArray:
        """Return the weights of a plastic projection after the run."""
        item = self._plan.projections[projection]
        if item.name not in self._weights:
            return np.broadcast_to(item.weights, item.targets.shape).astype(np.float64)
        # The script lists them by source, then by target, as they are kept here.
        return self._weights[item.name]

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Refuse: every sample would be a script of its own."""
        raise UnsupportedError(
            f"backend 'pynn' on {self.kind}",
            "batches are not run as scripts",
            hint="Use backend 'cpu'",
        )

    def reset(self) -> None:
        """Return to time zero."""
        self._step, self._weights = 0, {}

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Refuse: a finished script has no state."""
        raise self._no_state()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Refuse: there is no snapshot to continue from."""
        raise self._no_state()

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: this computer has no counts of its own."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return nothing: the simulator's own errors end its script."""
        return None

    def _recording(
        self,
        results: dict[str, Any],
        steps: int,
        inputs: Sequence[Spikes],
        probes: Sequence[TraceProbe],
    ) -> Recording:
        plan = self._plan
        fired = [
            _spikes(results["spikes"][item.name], plan.dt, self._conventions.label_offset, steps)
            for item in plan.populations
        ]
        traces = []
        for probe in probes:
            name = plan.populations[probe.population].name
            rows = results["traces"][name][self._conventions.recordables[probe.variable]]
            at = np.arange(0, steps, probe.interval)
            values = np.asarray(rows, dtype=np.float64)[:steps][at][:, probe.indices]
            traces.append((at, values))
        return counted(plan, [*inputs, *fired], traces)

    def _no_state(self) -> UnsupportedError:
        return UnsupportedError(
            f"backend 'pynn' on {self.kind}",
            "its state cannot be saved",
            limit="A script runs from time zero to its end",
            hint="Save states on backend 'cpu'",
        )


def with_inputs(plan: Plan, inputs: Sequence[Spikes] | None = None) -> Plan:
    """Return a plan whose inputs are lists, and which records all that is needed.

    Parameters
    ----------
    plan : Plan
        Discretised.
    inputs : sequence of (steps, indices), optional
        What each input emits; default nothing.
    """
    nothing = np.zeros(0, dtype=np.int64)
    fed = [(nothing, nothing)] * len(plan.inputs) if inputs is None else inputs
    arrays = tuple(
        PlannedArray(
            name=item.name, size=item.size, times=np.zeros(0), steps=steps, indices=indices
        )
        for item, (steps, indices) in zip(plan.inputs, fed, strict=True)
    )
    names = {item.name for item in plan.populations}
    probes = (
        *(probe for probe in plan.network.probes if probe.variable != SPIKES),
        *(Probe(population=name) for name in sorted(names)),
    )
    return replace(plan, inputs=arrays, network=replace(plan.network, probes=probes))


def _run(path: Path, where: str, processes: int) -> dict[str, Any]:
    results = path.with_name("results.json")
    done = run([path.name, results.name], processes, str(path.parent))
    if done.returncode or not results.is_file():
        # What mpirun adds is ruled off with dashes.
        said = done.stderr.partition("\n-----")[0] if processes > 1 else done.stderr
        last = "\n".join(said.strip().splitlines()[-LAST_LINES:])
        raise SimulationError(f"script for {where}", f"failed with code {done.returncode}\n{last}")
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    return found


def _spikes(found: dict[str, Any], dt: float, label_offset: int, steps: int) -> Spikes:
    at: IntArray = np.rint(np.array(found["times"], dtype=np.float64) / dt).astype(np.int64)
    at -= label_offset
    indices: IntArray = np.array(found["indices"], dtype=np.int64)
    inside = (at >= 0) & (at < steps)
    order = np.lexsort((indices[inside], at[inside]))
    return at[inside][order], indices[inside][order]
