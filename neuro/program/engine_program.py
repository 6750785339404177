"""A plan on an engine: feeds it, and turns what it records into results.

The engine may be the float one of `neuro.engine` or an emulator; the program is the same.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

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
from neuro.files import check_writable
from neuro.ir import digest
from neuro.notes import FidelityNote
from neuro.passes import emitted
from neuro.plan import Plan, PlannedInput
from neuro.program import gather
from neuro.program.added import batch_spikes, with_added
from neuro.program.checkpoint import Checkpoint
from neuro.program.identity import Identity, check_identity, run_identity, state_identity
from neuro.program.state_file import (
    State,
    check_kinds,
    input_arrays,
    inputs_from,
    read_state,
    recording_arrays,
    recording_from,
    write_state,
)
from neuro.results import BatchResult, Provenance, Result, ResultWriter
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
        self._recordings = [self._nothing]
        self._notes: list[FidelityNote] = []
        self._injected: dict[str, NDArray[np.float64]] = {}
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
        checkpoint: str | Path | None = None,
        every: float | str | None = None,
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
        keep = self._recordings.append
        with self._begun(duration, inputs, checkpoint, every) as span:
            self._run(span, progress, keep)

    def stream(
        self,
        duration: float | str,
        path: str | Path,
        *,
        inputs: InputSpikes | None = None,
        progress: Progress | None = None,
        checkpoint: str | Path | None = None,
        every: float | str | None = None,
    ) -> None:
        """Run on and write what is recorded straight to a file; see `Program.stream`."""
        path = Path(path)
        check_writable(path, "result file")
        with self._begun(duration, inputs, checkpoint, every) as span:
            earlier = gather.merged(self._recordings)
            self._recordings = [gather.without_arrays(earlier)]
            if span.kept is not None:
                # What is recorded goes with the checkpoints: the file is made of it afterwards.
                self._run(span, progress, self._count)
            with ResultWriter(path) as writer:
                writer.append(*self._recorded(earlier))
                if span.kept is None:
                    self._run(span, progress, lambda new: self._write(writer, new))
                else:
                    for recording in span.kept.recordings(self._nothing):
                        writer.append(*self._recorded(recording))
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
        state = self._state()
        recording = recording_arrays(gather.merged(self._recordings))
        header = {**state.header, "identity": self._identity}
        groups = {**state.groups, "recording": recording}
        write_state(Path(path), State(header=header, groups=groups))

    def restore(self, path: str | Path) -> None:
        """Continue from a saved state; see `Program.restore`."""
        where = f"state file {str(path)!r}"
        state = read_state(Path(path))
        hint = "Restore into the same network on the same target"
        check_identity(where, state.header["identity"], self._identity, hint)
        try:
            recording = recording_from(state.groups["recording"], self._nothing)
        except (KeyError, ValueError) as error:
            raise ResultError(where, f"damaged ({error})") from error
        self._take(state, where)
        self._recordings = [recording]

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

        It replaces what was injected before, and is a part of a saved state.

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
        self._injected[population] = np.array(current, dtype=np.float64)

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
            weights=gather.weights(plan, self._engine),
            counters=gather.counters(plan, recording, self._engine.tallies()),
            provenance=self._provenance(),
        )

    @contextmanager
    def _begun(
        self,
        duration: float | str,
        inputs: InputSpikes | None,
        checkpoint: str | Path | None,
        every: float | str | None,
    ) -> Iterator["_Span"]:
        """Check a run and take its inputs, or what a checkpoint of it holds."""
        first = self._engine.step
        end = first + whole_steps(duration, self._plan.dt, "duration")
        merged, notes = with_added(self._plan, self._inputs, inputs or {}, first)
        with self._checkpoint(checkpoint, every, merged) or nullcontext() as kept:
            state = None if kept is None else kept.found(end)
            if state is None:
                self._inputs, self._notes = merged, [*self._notes, *notes]
            else:
                self._take(state, f"checkpoint {str(checkpoint)!r}")
            yield _Span(first=first, end=end, kept=kept)

    def _checkpoint(
        self,
        folder: str | Path | None,
        every: float | str | None,
        inputs: Sequence[PlannedInput],
    ) -> Checkpoint | None:
        """Return where a run is to be kept, if it is, locked by nobody yet."""
        if folder is None:
            if every is not None:
                hint = "Name a folder for checkpoints as well"
                raise ValidationError("every", "given without a checkpoint", hint=hint)
            return None
        steps = None if every is None else whole_steps(every, self._plan.dt, "every")
        if steps == 0:
            raise ValidationError("every", "no time at all", limit="At least one time step")
        run = run_identity(self._plan, inputs, self._engine)
        return Checkpoint(Path(folder), {**self._identity, **run}, steps)

    def _run(
        self, span: "_Span", progress: Progress | None, keep: Callable[[Recording], None]
    ) -> None:
        """Run to the end of a span, in chunks; what is kept already is handed over first."""
        kept, end = span.kept, span.end
        self._started = self._started or datetime.now().isoformat(timespec="seconds")
        if kept is not None:
            for recording in kept.recordings(self._nothing):
                keep(recording)
        chunk = end - span.first if self._engine.whole_runs else FIRST_CHUNK
        while (now := self._engine.step) < end:
            if progress is not None and now > span.first:
                progress((now - span.first) / (end - span.first))
            begun = time.perf_counter()
            recording = self._advance(min(chunk, end - now, span.until(now)))
            keep(recording)
            taken = time.perf_counter() - begun
            self._seconds += taken
            if taken < CHUNK_SECONDS:
                chunk = min(2 * chunk, LARGEST_CHUNK)
            if kept is not None:
                kept.keep(recording)
                if kept.due(self._engine.step) or self._engine.step == end:
                    kept.commit(self._state())
        if progress is not None and end > span.first:
            progress(1.0)

    def _count(self, recording: Recording) -> None:
        self._recordings.append(gather.without_arrays(recording))

    def _write(self, writer: ResultWriter, recording: Recording) -> None:
        writer.append(*self._recorded(recording))
        self._count(recording)

    def _state(self) -> State:
        """Return all that changes during a run, but for what is recorded."""
        return State(
            header={
                "step": self._engine.step,
                "time": self._engine.step * self._plan.dt,
                "started": self._started,
                "seconds": self._seconds,
                "notes": [note.as_dict() for note in self._notes],
            },
            groups={
                "engine": self._engine.snapshot(),
                "inputs": input_arrays(self._inputs),
                "injected": dict(self._injected),
            },
        )

    def _take(self, state: State, where: str) -> None:
        """Go on from a state; what was recorded before is left as it is."""
        try:
            inputs = inputs_from(state.groups["inputs"], self._plan.inputs)
            notes = [FidelityNote(**note) for note in state.header["notes"]]
            started, seconds = str(state.header["started"]), float(state.header["seconds"])
            # Compiled kernels would cast in silence.
            check_kinds(state.groups["engine"], self._engine.snapshot())
            self._engine.restore(state.groups["engine"])
            injected = state.groups["injected"]
            for population in self._injected.keys() - injected.keys():
                self.inject(population, 0.0)
            for population, current in injected.items():
                self.inject(population, current)
        except (KeyError, ValueError, TypeError) as error:
            # A half-restored engine must not run on.
            self.reset()
            raise ResultError(where, f"damaged ({error})") from error
        self._inputs, self._notes = inputs, notes
        self._started, self._seconds = started, seconds

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

    @cached_property
    def _digest(self) -> str:
        return digest(self._plan.network)

    @cached_property
    def _identity(self) -> Identity:
        return state_identity(self._plan, self._target, self._engine)

    @cached_property
    def _nothing(self) -> Recording:
        return gather.empty_recording(self._plan, self._probes)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A run: its first step, the step at its end, and where it is kept."""

    first: int
    end: int
    kept: Checkpoint | None

    def until(self, step: int) -> int:
        """Return how many steps may be done at once."""
        return self.end - step if self.kept is None else self.kept.until(step)
