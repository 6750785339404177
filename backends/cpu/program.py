"""The program of the CPU backend: owns the state, feeds the engine and gathers what it records."""

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backend import InputSpikes, Program, Progress
from neuro.engine import Recording, TraceProbe, build, make_engine
from neuro.errors import NeuroError, SimulationError, ValidationError, raise_all, suggestion
from neuro.ir import SpikeArray, digest
from neuro.ir.probes import SPIKES
from neuro.ir.validate import input_issues
from neuro.ir.validate_projection import receptor_of
from neuro.notes import FidelityNote
from neuro.passes import array_steps, emitted
from neuro.plan import Plan, PlannedArray, PlannedInput
from neuro.results import Counters, Provenance, Result, SpikeTrains, Trace, Weights
from neuro.results.provenance import versions
from neuro.target import Target
from neuro.units import format_value, whole_steps

CHUNK_STEPS = 250
"""Steps between two reports of progress."""


class CPUProgram(Program):
    """A plan on the engine."""

    def __init__(self, plan: Plan, target: Target) -> None:
        self._plan = plan
        self._target = target
        self._network = build(plan)
        self._probes = _trace_probes(plan)
        self.reset()

    def reset(self) -> None:
        """Return to time zero, with initial state and weights and without added spikes."""
        self._engine = make_engine(
            self._network, precision=self._target.precision, kernels=self._target.kernels
        )
        self._inputs = list(self._plan.inputs)
        self._recordings: list[Recording] = []
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
        """Run on for `duration` ms; see `Program.run`.

        Raises
        ------
        ValidationError, CheckError
            If the duration is not a multiple of the time step, or an added spike lies in the past
            or belongs to no source.
        SimulationError
            If the state is no longer finite.
        """
        steps = whole_steps(duration, self._plan.dt, "duration")
        self._add_inputs(inputs or {})
        begun = time.perf_counter()
        self._started = self._started or datetime.now().isoformat(timespec="seconds")
        done = 0
        while done < steps:
            count = min(CHUNK_STEPS, steps - done)
            self._advance(count)
            done += count
            if progress is not None:
                progress(done / steps)
        self._seconds += time.perf_counter() - begun

    def result(self) -> Result:
        """Return everything since time zero."""
        plan = self._plan
        return Result(
            network=plan.network,
            dt=plan.dt,
            duration=self._engine.step * plan.dt,
            spikes=self._spike_trains(),
            traces=self._traces(),
            weights=self._weights(),
            counters=self._counters(),
            provenance=self._provenance(),
        )

    def _advance(self, steps: int) -> None:
        first = self._engine.step
        # The step before the first one holds spikes at time 0 under `exact`.
        begin = -1 if first == 0 else first
        fed = [emitted(self._plan, item, begin, first + steps) for item in self._inputs]
        self._recordings.append(self._engine.advance(steps, fed, self._probes))
        found = self._engine.broken()
        if found is not None:
            name = self._plan.populations[found[0]].name
            raise SimulationError(
                f"population {name!r}.{found[1]}",
                f"not finite after {format_value(self._engine.step * self._plan.dt, 'ms')}",
                hint="Weights or currents are too large for the time constants, or dt is",
            )

    def _add_inputs(self, inputs: InputSpikes) -> None:
        """Merge further spikes into the spike arrays: all of them, or none if any is wrong."""
        issues: list[NeuroError] = []
        notes: list[FidelityNote] = []
        merged = list(self._inputs)
        arrays = {
            item.name: position
            for position, item in enumerate(self._inputs)
            if isinstance(item, PlannedArray)
        }
        for name, spikes in inputs.items():
            if name not in arrays:
                limit = suggestion(name, arrays)
                issues.append(ValidationError(f"input {name!r}", "no spike array", limit=limit))
                continue
            try:
                times, indices = _pair(spikes, name)
                source, found = self._with_spikes(self._inputs[arrays[name]], times, indices)
                merged[arrays[name]] = source
                notes += found
            except NeuroError as error:
                issues.append(error)
        raise_all("inputs", issues)
        self._inputs = merged
        self._notes += notes

    def _with_spikes(
        self, source: PlannedInput, times: object, indices: object
    ) -> tuple[PlannedArray, list[FidelityNote]]:
        assert isinstance(source, PlannedArray) and source.steps is not None
        added = SpikeArray(name=source.name, size=source.size, times=times, indices=indices)
        where = f"input {source.name!r}"
        raise_all(where, input_issues(added))
        steps, notes = array_steps(
            added.times, self._plan.dt, self._plan.label_offset, f"{where}.times"
        )
        first = -self._plan.label_offset if self._engine.step == 0 else self._engine.step
        if np.any(steps < first):
            earliest = float(added.times.min())
            reached = format_value(self._engine.step * self._plan.dt, "ms")
            needed = "after" if self._plan.label_offset and self._engine.step else "not before"
            raise ValidationError(
                f"{where}.times",
                f"a spike at {format_value(earliest, 'ms')} lies in the past",
                value=earliest,
                limit=f"The run has reached {reached}: spikes come {needed} that time",
            )
        all_steps = np.concatenate([source.steps, steps])
        everyone = np.concatenate([source.indices, added.indices])
        order = np.lexsort((everyone, all_steps))
        merged = replace(
            source,
            times=np.concatenate([source.times, added.times])[order],
            indices=everyone[order],
            steps=all_steps[order],
        )
        return merged, notes

    def _joined(self, source: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        empty = np.zeros(0, dtype=np.int64)
        parts = [recording.spikes[source] for recording in self._recordings]
        return (
            np.concatenate([empty, *(steps for steps, _ in parts)]),
            np.concatenate([empty, *(indices for _, indices in parts)]),
        )

    def _spike_trains(self) -> dict[str, SpikeTrains]:
        plan = self._plan
        sizes = plan.network.sizes()
        trains = {}
        for probe in plan.network.probes:
            if probe.variable == SPIKES:
                steps, indices = self._joined(self._network.sources.index(probe.population))
                trains[probe.population] = SpikeTrains(
                    times=(steps + plan.label_offset).astype(np.float64) * plan.dt,
                    indices=indices,
                    size=sizes[probe.population],
                )
        return trains

    def _traces(self) -> dict[str, dict[str, Trace]]:
        traces: dict[str, dict[str, Trace]] = {}
        for position, probe in enumerate(self._probes):
            population = self._plan.populations[probe.population]
            cell = self._plan.network.population(population.name).cell
            indices = probe.indices
            parts = [recording.traces[position] for recording in self._recordings]
            steps = np.concatenate([np.zeros(0), *(times for times, _ in parts)])
            blocks = [values.reshape(times.size, indices.size) for times, values in parts]
            traces.setdefault(population.name, {})[probe.variable] = Trace(
                times=steps * self._plan.dt,
                values=np.concatenate([np.zeros((0, indices.size)), *blocks]),
                indices=indices,
                unit=cell.variables[probe.variable],
            )
        return traces

    def _weights(self) -> dict[str, Weights]:
        weights = {}
        for position, item in enumerate(self._plan.projections):
            if item.plasticity is not None:
                network = self._plan.network
                receptor = receptor_of(network, network.projection(item.name))
                weights[item.name] = Weights(
                    sources=item.sources.astype(np.int64),
                    targets=item.targets.astype(np.int64),
                    values=self._engine.weights(position),
                    unit=receptor.unit,
                )
        return weights

    def _counters(self) -> Counters:
        synapses = self._network.synapses
        return Counters(
            spikes={
                name: sum(recording.spikes[k][0].size for recording in self._recordings)
                for k, name in enumerate(self._network.sources)
            },
            synaptic_events={
                item.name: sum(recording.synaptic_events[k] for recording in self._recordings)
                for k, item in enumerate(synapses)
            },
            plastic_updates={
                item.name: sum(recording.plastic_updates[k] for recording in self._recordings)
                for k, item in enumerate(synapses)
                if item.plastic is not None
            },
        )

    def _provenance(self) -> Provenance:
        network = self._plan.network
        return Provenance(
            **versions(),
            backend="cpu",
            engine=self._engine.description,
            target=self._target.name,
            network=network.name,
            network_digest=digest(network),
            designed_semantics=network.semantics,
            semantics=self._plan.semantics,
            seed=network.seed,
            notes=(*self._plan.notes, *self._notes, *_precision_notes(self._target)),
            warnings=self._plan.warnings,
            started=self._started,
            run_seconds=self._seconds,
        )


def _pair(spikes: Any, name: str) -> tuple[Any, Any]:
    try:
        times, indices = spikes
    except (TypeError, ValueError) as error:
        limit = "Give a pair: times in ms, and indices"
        raise ValidationError(f"input {name!r}", "not a pair of lists", limit=limit) from error
    return times, indices


def _precision_notes(target: Target) -> list[FidelityNote]:
    if target.precision == "float64":
        return []
    return [
        FidelityNote(
            where=f"target {target.name!r}.precision",
            requested="float64",
            stored=target.precision,
            relative_error=2.0**-24,
            unit="",
            reason="State and weights are rounded to 24 bits at every operation.",
        )
    ]


def _trace_probes(plan: Plan) -> list[TraceProbe]:
    names = [item.name for item in plan.populations]
    return [
        TraceProbe(
            population=names.index(probe.population),
            variable=probe.variable,
            interval=1 if probe.interval is None else round(probe.interval / plan.dt),
            indices=(
                np.arange(plan.network.sizes()[probe.population])
                if probe.indices is None
                else probe.indices
            ),
        )
        for probe in plan.network.probes
        if probe.variable != SPIKES
    ]
