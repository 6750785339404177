"""Brian2 as an engine: at runtime, stepped from Python, and as a compiled program."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.brian2.network import LEAD, Simulation, assemble
from neuro.engine import Engine, Recording, TraceProbe
from neuro.engine.counting import batched, counted
from neuro.engine.interface import Batch, FloatArray, Spikes
from neuro.errors import SimulationError, UnsupportedError
from neuro.plan import Plan

NOW = "neuro-now"
"""Name of the state that Brian2 keeps while it runs ahead."""


class RuntimeEngine(Engine):
    """A Brian2 network that Python steps through.

    Parameters
    ----------
    plan : Plan
        What runs.
    probes : sequence of TraceProbe
        What will be recorded.
    codegen : {"numpy", "cython"}
        What Brian2 makes of the equations.
    """

    whole_runs = True

    def __init__(self, plan: Plan, probes: Sequence[TraceProbe], codegen: str) -> None:
        import brian2

        self._plan = plan
        self._codegen = codegen
        self._step = 0
        self.kind = f"brian2 {codegen}"
        self.description = f"Brian2 {brian2.__version__}, {codegen}, float64"
        self._probes = list(probes)
        self._simulation = assemble(brian2, plan, self._probes)

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of steps; see `Engine.advance`."""
        first, last = self._step, self._step + steps
        self._run(steps, inputs)
        self._step = last
        simulation = self._simulation
        spikes = [*inputs, *simulation.recorded(first, last)]
        traces = simulation.sampled(self._probes, first, last) if probes else []
        return counted(self._plan, spikes, traces)

    def weights(self, projection: int) -> FloatArray:
        """Return the weights of a plastic projection, with all spikes so far taken in."""
        simulation = self._simulation
        if simulation.learning[projection] is None:
            return np.zeros(0)
        if not self._step:
            return simulation.weights(projection)
        simulation.network.store(NOW)
        simulation.stop_learning(self._step)
        with _target(simulation.brian2, self._codegen):
            simulation.run(simulation.flush)
        found = simulation.weights(projection)
        simulation.network.restore(NOW)
        return found

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one after the other; see `Engine.batch`."""
        simulation, first = self._simulation, self._step
        for inputs in samples:
            simulation.provide(inputs)
        simulation.network.store(NOW)
        recordings = []
        for inputs in samples:
            self._run(steps, inputs)
            spikes = [*inputs, *simulation.recorded(first, first + steps)]
            recordings.append(counted(self._plan, spikes))
            simulation.network.restore(NOW)
        return batched(self._plan, recordings, first, steps, bins)

    def reset(self) -> None:
        """Return to time zero."""
        # Brian2 could restore a state, but not one without the copies of inputs made since.
        self._simulation = assemble(self._simulation.brian2, self._plan, self._probes)
        self._step = 0

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Refuse: Brian2's state is not a set of arrays."""
        raise _no_state()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Refuse: there is no snapshot to continue from."""
        raise _no_state()

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: this computer has no counts of its own."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state is not finite, and the variable."""
        return _broken(self._simulation)

    def _run(self, steps: int, inputs: Sequence[Spikes]) -> None:
        simulation = self._simulation
        with _target(simulation.brian2, self._codegen):
            simulation.feed(inputs)
            if self._step == 0:
                simulation.run(LEAD)
                simulation.release()
            simulation.run(steps)


class StandaloneEngine(Engine):
    """A Brian2 network that is compiled and run as one program.

    Parameters
    ----------
    plan, probes
        As for `RuntimeEngine`.
    """

    whole_runs = True

    def __init__(self, plan: Plan, probes: Sequence[TraceProbe]) -> None:
        import brian2

        self._brian2 = brian2
        self._plan = plan
        self._probes = list(probes)
        self.kind = "brian2 standalone"
        self.description = f"Brian2 {brian2.__version__}, C++ standalone, float64"
        self._step = 0
        self._weights: dict[int, FloatArray] = {}
        self._failed: tuple[int, str] | None = None

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self._step

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Compile and run the whole of a run; see `Engine.advance`.

        Raises
        ------
        UnsupportedError
            If something has run already: a finished program cannot be continued.
        SimulationError
            If the program cannot be compiled, or fails.
        """
        if self._step:
            raise UnsupportedError(
                "target option mode='standalone'",
                "a compiled program cannot be continued",
                limit="One run from time zero",
                hint="Run the whole time at once, or use mode='runtime'",
            )
        recording = self._once(steps, inputs)
        self._step = steps
        return recording

    def weights(self, projection: int) -> FloatArray:
        """Return the weights of a plastic projection after the run."""
        kept = self._weights.get(projection)
        if kept is not None:
            return kept
        item = self._plan.projections[projection]
        return np.broadcast_to(item.weights, item.targets.shape).astype(np.float64)

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Refuse: every sample would be compiled anew."""
        raise UnsupportedError(
            "target option mode='standalone'",
            "batches are not run as compiled programs",
            hint="Use mode='runtime'",
        )

    def reset(self) -> None:
        """Return to time zero."""
        self._step, self._weights, self._failed = 0, {}, None

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Refuse: a finished program has no state."""
        raise _no_state()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Refuse: there is no snapshot to continue from."""
        raise _no_state()

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return nothing: this computer has no counts of its own."""
        return {}

    def broken(self) -> tuple[int, str] | None:
        """Return the first population whose state was not finite at the end, and the variable."""
        return self._failed

    def _once(self, steps: int, inputs: Sequence[Spikes]) -> Recording:
        with _standalone(self._brian2) as folder:
            simulation = assemble(self._brian2, self._plan, self._probes)
            simulation.feed(inputs)
            simulation.stop_learning(steps)
            simulation.run(LEAD)
            simulation.release()
            simulation.run(steps + simulation.flush)
            try:
                self._brian2.device.build(directory=str(folder), with_output=False)
            except (RuntimeError, OSError) as error:
                raise SimulationError(
                    "Brian2's compiled program",
                    f"failed ({error})",
                    hint="It needs a C++ compiler and make; mode='runtime' needs neither",
                ) from error
            for number, synapses in enumerate(simulation.learning):
                if synapses is not None:
                    self._weights[number] = simulation.weights(number)
            self._failed = _broken(simulation)
            return counted(
                self._plan,
                [*inputs, *simulation.recorded(0, steps)],
                simulation.sampled(self._probes, 0, steps),
            )


@contextmanager
def _target(brian2: Any, codegen: str) -> Iterator[None]:
    """Choose Brian2's code generation for a while; it is global there."""
    kept = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = codegen
    try:
        yield
    finally:
        brian2.prefs.codegen.target = kept


@contextmanager
def _standalone(brian2: Any) -> Iterator[Path]:
    """Switch Brian2's global device for a while; yield a folder for the program."""
    with TemporaryDirectory(prefix="neuro-brian2-") as folder:
        brian2.set_device("cpp_standalone", build_on_run=False)
        try:
            yield Path(folder)
        finally:
            brian2.device.reinit()
            brian2.set_device("runtime")


def _broken(simulation: Simulation) -> tuple[int, str] | None:
    for position, (group, item) in enumerate(
        zip(simulation.cells, simulation.plan.populations, strict=True)
    ):
        for variable in simulation.plan.network.population(item.name).cell.variables:
            if not np.all(np.isfinite(np.asarray(getattr(group, variable)))):
                return position, variable
    return None


def _no_state() -> UnsupportedError:
    return UnsupportedError(
        "backend 'brian2'",
        "its state cannot be saved",
        limit="Brian2 keeps state in objects of its own",
        hint="Save states on backend 'cpu'",
    )
