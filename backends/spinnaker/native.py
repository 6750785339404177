"""The compiled kernels (`backends/spinnaker/cpp`) behind the engine's interface.

Hands a layout over as it is: static synapses are shared, not copied. Same bits as the reference,
which alone emulates the load of cores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.backends.spinnaker._native import Emulator, instruction_sets
from neuro.backends.spinnaker.arithmetic import FRACTION_ONE
from neuro.backends.spinnaker.constants import cell_constants
from neuro.backends.spinnaker.delays import stage_of
from neuro.backends.spinnaker.layout import (
    CorePlasticity,
    CorePopulation,
    CoreProjection,
    Int32Array,
    Int64Array,
    Layout,
    UInt32Array,
    WeightArray,
)
from neuro.backends.spinnaker.options import Options
from neuro.engine.interface import (
    Batch,
    Engine,
    FloatArray,
    IntArray,
    Recording,
    Spikes,
    TraceProbe,
)

VARIABLES = {
    "CurrentExponentialLIF": ("v", "i_excitatory", "i_inhibitory"),
    "ConductanceExponentialLIF": ("v", "g_excitatory", "g_inhibitory"),
}
"""State variables in the order of the kernels."""

POST_HISTORY = 15
"""Post spikes kept for each neuron between two pre spikes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRows:
    """The rows of a projection that one stage of its delay extension serves.

    Parameters
    ----------
    stage : int
        0 for the direct rows.
    offsets, targets, weights, delay_steps
        As in `CoreProjection`; delays are what is left after the stage.
    positions : array or None
        Positions of the synapses in the projection; None for all of them, in order.
    """

    stage: int
    offsets: Int64Array
    targets: UInt32Array
    weights: WeightArray
    delay_steps: Int32Array
    positions: IntArray | None


def stage_rows(projection: CoreProjection, slots: int) -> list[StageRows]:
    """Split a projection by the stages of its delay extension; without one it is not copied.

    Parameters
    ----------
    projection : CoreProjection
        Whose rows.
    slots : int
        Delay slots of the target.
    """
    if projection.stages == 0:
        whole = StageRows(
            stage=0,
            offsets=projection.offsets,
            targets=projection.targets,
            weights=projection.weights,
            delay_steps=projection.delay_steps,
            positions=None,
        )
        return [whole]
    count = projection.targets.size
    stages = np.broadcast_to(stage_of(projection.delay_steps, slots), count)
    return [
        _rows_of_stage(projection, int(stage), np.flatnonzero(stages == stage), slots)
        for stage in np.unique(stages)
    ]


def _rows_of_stage(
    projection: CoreProjection, stage: int, positions: IntArray, slots: int
) -> StageRows:
    delays, weights = projection.delay_steps, projection.weights
    return StageRows(
        stage=stage,
        offsets=np.searchsorted(positions, projection.offsets).astype(np.int64),
        targets=projection.targets[positions],
        weights=weights if weights.size == 1 else weights[positions],
        delay_steps=(delays if delays.size == 1 else delays[positions]) - np.int32(stage * slots),
        positions=positions,
    )


class NativeEmulator(Engine):
    """The compiled kernels.

    Parameters
    ----------
    layout : Layout
        What runs.
    options : Options
        How; mode ``"ideal"``.
    instruction_set : str, optional
        Of `instruction_sets`; default the best. The bits do not depend on it.
    """

    kind = "compiled integer"

    def __init__(
        self, layout: Layout, options: Options, instruction_set: str | None = None
    ) -> None:
        isa = instruction_set or instruction_sets()[0]
        self.description = f"compiled (C++, fixed point, {isa})"
        self._layout = layout
        self._core = Emulator()
        for source in layout.sources:
            self._core.add_input(source.size)
        for population in layout.populations:
            self._add_population(population, isa)
        self._add_histories(POST_HISTORY if options.limits else 0)
        self._parts: list[list[tuple[int, StageRows]]] = []
        """For each projection, the numbers of its groups of rows in the kernels."""
        self._groups = 0
        for number, projection in enumerate(layout.projections):
            self._add_projection(number, projection)
        self._core.finish(len(layout.projections))

    @property
    def step(self) -> int:
        """Ticks done so far."""
        return int(self._core.step)

    def advance(
        self, steps: int, inputs: Sequence[Spikes], probes: Sequence[TraceProbe] = ()
    ) -> Recording:
        """Run a number of ticks; see `Engine.advance`."""
        wanted = [
            (
                probe.population,
                VARIABLES[self._layout.populations[probe.population].cell].index(probe.variable),
                probe.interval,
                probe.indices,
            )
            for probe in probes
        ]
        answer = self._core.advance(steps, list(inputs), wanted)
        events: list[int] = answer["events"]
        return Recording(
            spikes=answer["spikes"],
            traces=[
                (ticks, values.reshape(ticks.size, probe.indices.size))
                for (ticks, values), probe in zip(answer["traces"], probes, strict=True)
            ],
            synaptic_events=events,
            plastic_updates=self._plastic_only(events),
            spike_counts=[int(ticks.size) for ticks, _ in answer["spikes"]],
        )

    def batch(
        self, steps: int, samples: Sequence[Sequence[Spikes]], *, bins: int, threads: int
    ) -> Batch:
        """Run many samples, one at a time on each thread; see `Engine.batch`."""
        fed = [list(inputs) for inputs in samples]
        answer = self._core.batch(steps, fed, bins, max(1, min(threads, len(fed))))
        table = np.array(answer["events"], dtype=np.int64)
        events = list(table.reshape(-1, len(self._layout.projections)).T)
        return answer["counts"], events, self._plastic_only(events)

    def weights(self, projection: int) -> FloatArray:
        """Return the weights as stored on the machine, in nA or uS, shape (synapses,).

        What post spikes did since the last pre spike of a source is not in them yet.
        """
        item = self._layout.projections[projection]
        stored = np.zeros(item.targets.size)
        for group, rows in self._parts[projection]:
            positions = slice(None) if rows.positions is None else rows.positions
            stored[positions] = self._core.weights(group)
        return stored / self._target(item).scales[item.receptor]

    def reset(self) -> None:
        """Return to time zero."""
        self._core.reset()

    def snapshot(self) -> dict[str, Any]:
        """Return the state as arrays by name."""
        return self._core.snapshot()

    def restore(self, arrays: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self._core.restore(arrays)

    def tallies(self) -> dict[str, dict[str, int]]:
        """Return what only this machine counts, since time zero."""
        populations = [item.name for item in self._layout.populations]
        projections = [item.name for item in self._layout.projections]
        saturations, losses = np.array(self._core.tallies()).T.tolist()
        return {
            "saturations": dict(zip(populations, saturations, strict=True)),
            "history_losses": dict(zip(populations, losses, strict=True)),
            "skipped_synapses": dict(zip(projections, self._core.skipped, strict=True)),
        }

    def broken(self) -> None:
        """Return nothing: integers are always finite."""
        return

    def _plastic_only(self, events: Sequence[Any]) -> list[Any]:
        """Return the events of plastic projections; all of these are updates."""
        return [
            count if item.plasticity is not None else count * 0
            for count, item in zip(events, self._layout.projections, strict=True)
        ]

    def _target(self, projection: CoreProjection) -> CorePopulation:
        return next(item for item in self._layout.populations if item.name == projection.target)

    def _add_population(self, population: CorePopulation, isa: str) -> None:
        self._core.add_population(
            population.size,
            population.slots,
            population.cell == "ConductanceExponentialLIF",
            list(population.shifts),
            population.parameters["v_init"],
            _constants(population, self._layout.plan.dt),
            isa,
        )

    def _add_histories(self, limit: int) -> None:
        """Let every population with plastic input keep its spikes; it has one rule."""
        names = [item.name for item in self._layout.populations]
        for item in self._layout.projections:
            if item.plasticity is not None:
                table = item.plasticity.table_minus
                self._core.add_history(names.index(item.target), limit, table)

    def _add_projection(self, number: int, projection: CoreProjection) -> None:
        names = [item.name for item in self._layout.populations]
        sources = [*(item.name for item in self._layout.sources), *names]
        slots = self._target(projection).slots
        parts = []
        for rows in stage_rows(projection, slots):
            ends = (
                number,
                sources.index(projection.source),
                names.index(projection.target),
                projection.receptor,
                rows.stage * slots,
            )
            self._add_rows(ends, rows, projection.plasticity, slots)
            parts.append((self._groups, rows))
            self._groups += 1
        self._parts.append(parts)

    def _add_rows(
        self, ends: tuple[int, ...], rows: StageRows, rule: CorePlasticity | None, slots: int
    ) -> None:
        if rule is None:
            self._core.add_static(ends, rows.offsets, rows.targets, rows.delay_steps, rows.weights)
            return
        # The delay field of a plastic synapse reads a delay equal to the slots as zero.
        self._core.add_plastic(
            ends,
            rows.offsets,
            rows.targets,
            rows.delay_steps % np.int32(slots),
            np.broadcast_to(rows.weights, rows.targets.size),
            rule.multiplicative,
            [rule.a_plus, rule.a_minus, rule.w_min, rule.w_max],
            rule.table_plus,
            rule.table_minus,
        )


def _constants(population: CorePopulation, dt: float) -> list[Int32Array]:
    """Return the constants in the order of ``pass.hpp``; one number where all neurons agree."""
    found = cell_constants(population, dt)
    reversal = found.reversal
    values = [
        found.v_rest,
        found.v_reset,
        found.v_thresh,
        found.i_offset,
        found.resistance,
        found.membrane_decay,
        found.refractory_ticks,
        *found.receptor_decay,
        *found.receptor_init,
        *(np.zeros((2, 1), dtype=np.int64) if reversal is None else reversal),
    ]
    return [_word(array[:1] if np.all(array == array[0]) else array) for array in values]


def _word(values: IntArray) -> Int32Array:
    """Return the low 32 bits; a u0.32 keeps its bits."""
    return (values & FRACTION_ONE).astype(np.uint32).view(np.int32)
