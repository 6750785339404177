"""A plan on an engine: feeds it, and turns what it records into results.

The engine may be the float one of `neuro.engine` or an emulator; the program is the same.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backend import InputSpikes, Program, Progress
from neuro.engine import Engine, Recording, TakesCurrent
from neuro.errors import (
    ResultError,
    SimulationError,
    UnsupportedError,
    ValidationError,
    suggestion,
)
from neuro.ir import digest
from neuro.ir.validate_projection import receptor_of
from neuro.notes import FidelityNote
from neuro.passes import emitted
from neuro.plan import Plan, PlannedArray
from neuro.program import gather
from neuro.program.added import batch_spikes, with_added
from neuro.program.state_file import (
    read_state,
    recording_arrays,
    recording_from,
    write_state,
)
from neuro.results import BatchResult, Provenance, Result, ResultWriter, Weights
from neuro.results.provenance import versions
from neuro.target import Target
from neuro.units import format_value, whole_steps

FIRST_CHUNK = 250
CHUNK_SECONDS = 0.1
"""A run is cut into chunks, after which progress is reported: first of `FIRST_CHUNK` steps, then
twice as many each time until one takes this long. The cuts do not change a bit of the result."""

LARGEST_CHUNK = 1 << 20


class EngineProgram(Program):
    """A plan on an engine.

    Parameters
    ----------
    plan : Plan
        What runs, discretised.
    target : Target
        Where it runs; its backend is named in the provenance.
    engine : Engine
        The plan's network at time zero.
    notes : sequence of FidelityNote, optional
        What the engine approximates, beside the notes of the plan.
    """

    def __init__(
        self, plan: Plan, target: Target, engine: Engine, notes: Sequence[FidelityNote] = ()
    ) -> None:
        self._plan = plan
        self._target = target
        self._engine = engine
        self._engine_notes = tuple(notes)
        self._probes = gather.trace_probes(plan)
        self._begin()

    def reset(self) -> None:
        """Return to time zero, with initial state and weights and without added spikes."""
        self._engine.reset()
        self._begin()

    def _begin(self) -> None:
        self._inputs = list(self._plan.inputs)
        self._recordings = [gather.empty_recording(self._plan, self._probes)]
        self._notes: list[FidelityNote] = []
        self._started = ""
        self._seconds = 0.0

    def close(self) -> None:
        """Nothing to let go of."""

    def run(
        self,
        duration: float | str,
        *,
        inputs: InputSpikes | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Run on; see `Program.run`.

        Raises
        ------
        ValidationError, CheckError
            If the duration is not a multiple of the time step, or an added spike lies in the past
            or belongs to no source.
        SimulationError
            If the state is no longer finite.
        """
        self._run(duration, inputs, progress, self._recordings.append)

    def stream(
        self,
        duration: float | str,
        path: str | Path,
        *,
        inputs: InputSpikes | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Run on and write what is recorded straight to a file; see `Program.stream`."""
        with ResultWriter(Path(path)) as writer:

            def keep(recording: Recording) -> None:
                writer.append(*self._recorded(recording))
                self._recordings.append(gather.without_arrays(recording))

            earlier = gather.merged(self._recordings)
            writer.append(*self._recorded(earlier))
            self._recordings = [gather.without_arrays(earlier)]
            self._run(duration, inputs, progress, keep)
            writer.finish(self.result())

    def run_batch(
        self,
        duration: float | str,
        samples: Sequence[InputSpikes],
        *,
        bins: int = 1,
        threads: int | None = None,
    ) -> BatchResult:
        """Run many samples from the present state; see `Program.run_batch`."""
        steps = whole_steps(duration, self._plan.dt, "duration")
        if not 1 <= bins <= max(steps, 1):
            limit = f"A whole number from 1 to the {steps} steps of a sample"
            raise ValidationError("bins", repr(bins), value=bins, limit=limit)
        fed, notes = batch_spikes(self._plan, self._inputs, samples, self._engine.step, steps)
        counts, events, updates = self._engine.batch(
            steps, fed, bins=bins, threads=threads or os.cpu_count() or 1
        )
        names = [item.name for item in self._plan.populations]
        projections = [item.name for item in self._plan.projections]
        return BatchResult(
            counts=dict(zip(names, counts, strict=True)),
            synaptic_events=dict(zip(projections, events, strict=True)),
            plastic_updates=dict(zip(projections, updates, strict=True)),
            provenance=self._provenance(notes),
        )

    def save(self, path: str | Path) -> None:
        """Write the state to a file; see `Program.save`."""
        header = {**self._identity(), "started": self._started, "seconds": self._seconds}
        inputs = {}
        for item in self._inputs:
            if isinstance(item, PlannedArray) and item.steps is not None:
                inputs[f"{item.name}.steps"] = item.steps
                inputs[f"{item.name}.indices"] = item.indices
        groups = {
            "engine": self._engine.snapshot(),
            "inputs": inputs,
            "recording": recording_arrays(gather.merged(self._recordings)),
        }
        write_state(Path(path), header, groups)

    def restore(self, path: str | Path) -> None:
        """Continue from a saved state; see `Program.restore`."""
        header, groups = read_state(Path(path), self._identity())
        like = gather.empty_recording(self._plan, self._probes)
        try:
            recording = recording_from(groups["recording"], like)
            inputs = [
                item
                if not isinstance(item, PlannedArray)
                else PlannedArray(
                    name=item.name,
                    size=item.size,
                    times=np.zeros(0),
                    indices=groups["inputs"][f"{item.name}.indices"],
                    steps=groups["inputs"][f"{item.name}.steps"],
                )
                for item in self._plan.inputs
            ]
            self._engine.restore(groups["engine"])
        except (KeyError, ValueError) as error:
            # A half-restored engine must not run on.
            self.reset()
            raise ResultError(f"state file {str(path)!r}", f"damaged ({error})") from error
        self._inputs, self._recordings = inputs, [recording]
        self._started, self._seconds = str(header["started"]), float(header["seconds"])

    def continue_from(self, earlier: "EngineProgram") -> None:
        """Take over the time, the state and the recordings of another program.

        Both networks have the same parts, sizes, delays and probes. Parameters of cells, static
        weights and input spikes may differ: they are those of this program from here on. Plastic
        weights are state.

        Parameters
        ----------
        earlier : EngineProgram
            Where this one goes on; left untouched.

        Raises
        ------
        ValidationError
            If its state does not fit.
        """
        try:
            if earlier._engine.kind != self._engine.kind:
                raise ValueError(f"{earlier._engine.kind} is not {self._engine.kind}")
            self._engine.restore(earlier._engine.snapshot())
        except (KeyError, ValueError) as error:
            self.reset()
            raise ValidationError(
                "program",
                f"cannot continue the other ({error})",
                limit="Both networks have the same parts, sizes, delays and probes",
            ) from error
        self._recordings = list(earlier._recordings)
        self._notes = list(earlier._notes)
        self._started, self._seconds = earlier._started, earlier._seconds

    @property
    def takes_current(self) -> bool:
        """Whether `inject` works here."""
        return isinstance(self._engine, TakesCurrent)

    def inject(self, population: str, current: NDArray[np.float64] | float) -> None:
        """Add a current to the offset current of a population, from now on until `reset`.

        It replaces what was injected before, and is not a part of a saved state.

        Parameters
        ----------
        population : str
            Name of a population whose cells have an `i_offset`.
        current : float or array, shape (neurons,), nA
            What is added.

        Raises
        ------
        UnsupportedError
            If the engine takes none.
        ValidationError
            If there is no such population, or the current is not finite or of another shape.
        """
        where = f"current into population {population!r}"
        if not isinstance(self._engine, TakesCurrent):
            raise UnsupportedError(where, f"is not offered by {self._engine.description}")
        sizes = {
            item.name: item.size for item in self._plan.populations if "i_offset" in item.parameters
        }
        if population not in sizes:
            limit = suggestion(population, sizes)
            raise ValidationError(where, "no population with an i_offset", limit=limit)
        fits = np.shape(current) in ((), (sizes[population],))
        if not fits or not np.all(np.isfinite(current)):
            limit = f"One finite value, or one for each of the {sizes[population]} neurons"
            raise ValidationError(where, f"a current of shape {np.shape(current)}", limit=limit)
        names = [item.name for item in self._plan.populations]
        self._engine.inject(names.index(population), current)

    def present(self) -> dict[str, dict[str, NDArray[np.float64]]]:
        """Return the probed state variables as they are now, by population and variable.

        A trace ends one step earlier: its last sample is the state at the start of the last step.
        """
        before = self._engine.snapshot()
        probes = [replace(item, interval=1) for item in self._probes]
        nothing = np.zeros(0, dtype=np.int64)
        silence = [(nothing, nothing)] * len(self._inputs)
        recording = self._engine.advance(1, silence, probes)
        self._engine.restore(before)
        found: dict[str, dict[str, NDArray[np.float64]]] = {}
        for probe, (_, values) in zip(probes, recording.traces, strict=True):
            name = self._plan.populations[probe.population].name
            found.setdefault(name, {})[probe.variable] = values[0]
        return found

    def result(self) -> Result:
        """Return everything since time zero; of streamed runs the counters only."""
        plan = self._plan
        recording = gather.merged(self._recordings)
        self._recordings = [recording]
        spikes, traces = self._recorded(recording)
        return Result(
            network=plan.network,
            dt=plan.dt,
            duration=self._engine.step * plan.dt,
            spikes=spikes,
            traces=traces,
            weights=self._weights(),
            counters=gather.counters(plan, recording, self._engine.tallies()),
            provenance=self._provenance(),
        )

    def _run(
        self,
        duration: float | str,
        inputs: InputSpikes | None,
        progress: Progress | None,
        keep: Callable[[Recording], None],
    ) -> None:
        steps = whole_steps(duration, self._plan.dt, "duration")
        self._inputs, notes = with_added(self._plan, self._inputs, inputs or {}, self._engine.step)
        self._notes += notes
        begun = time.perf_counter()
        self._started = self._started or datetime.now().isoformat(timespec="seconds")
        done, chunk = 0, steps if self._engine.whole_runs else FIRST_CHUNK
        while done < steps:
            chunk_begun = time.perf_counter()
            count = min(chunk, steps - done)
            keep(self._advance(count))
            done += count
            if time.perf_counter() - chunk_begun < CHUNK_SECONDS:
                chunk = min(2 * chunk, LARGEST_CHUNK)
            if progress is not None:
                progress(done / steps)
        self._seconds += time.perf_counter() - begun

    def _advance(self, steps: int) -> Recording:
        first = self._engine.step
        # The step before the first one holds spikes at time 0 under `exact`.
        begin = -1 if first == 0 else first
        fed = [emitted(self._plan, item, begin, first + steps) for item in self._inputs]
        recording = self._engine.advance(steps, fed, self._probes)
        found = self._engine.broken()
        if found is not None:
            name = self._plan.populations[found[0]].name
            raise SimulationError(
                f"population {name!r}.{found[1]}",
                f"not finite after {format_value(self._engine.step * self._plan.dt, 'ms')}",
                hint="Weights or currents are too large for the time constants, or dt is",
            )
        return gather.only_probed(self._plan, recording)

    def _recorded(self, recording: Recording) -> tuple[dict, dict]:  # type: ignore[type-arg]
        """Return spikes and traces as a result holds them."""
        return (
            gather.spike_trains(self._plan, recording),
            gather.traces(self._plan, self._probes, recording),
        )

    def _weights(self) -> dict[str, Weights]:
        weights = {}
        network = self._plan.network
        for position, item in enumerate(self._plan.projections):
            if item.plasticity is not None:
                weights[item.name] = Weights(
                    sources=item.sources.astype(np.int64),
                    targets=item.targets.astype(np.int64),
                    values=self._engine.weights(position),
                    unit=receptor_of(network, network.projection(item.name)).unit,
                )
        return weights

    @cached_property
    def _digest(self) -> str:
        return digest(self._plan.network)

    def _identity(self) -> dict[str, Any]:
        """Return what a saved state must share with the program that continues it."""
        return {
            "network": self._digest,
            "semantics": self._plan.semantics,
            "engine": self._engine.kind,
            "options": dict(self._target.options),
        }

    def _provenance(self, further: Sequence[FidelityNote] = ()) -> Provenance:
        network = self._plan.network
        return Provenance(
            **versions(),
            backend=self._target.backend,
            engine=self._engine.description,
            target=self._target.name,
            options=dict(self._target.options),
            network=network.name,
            network_digest=self._digest,
            designed_semantics=network.semantics,
            semantics=self._plan.semantics,
            seed=network.seed,
            notes=(*self._plan.notes, *self._notes, *self._engine_notes, *further),
            warnings=self._plan.warnings,
            started=self._started,
            run_seconds=self._seconds,
        )
