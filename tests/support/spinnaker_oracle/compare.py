"""Every word of an emulator against every word of the machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.layout import CorePopulation, CoreProjection, Layout
from neuro.backends.spinnaker.options import Options
from neuro.engine.interface import Engine, Recording, TraceProbe
from neuro.passes import emitted
from neuro.run import lower
from spinnaker_oracle.board import Board, Placed, Recorded
from spinnaker_oracle.networks import Case

MakeEngine = Callable[[Layout, Options], Engine]
Traces = dict[tuple[int, int], tuple[int, int]]

_INPUTS = {
    "CurrentExponentialLIF": ("i_excitatory", "i_inhibitory"),
    "ConductanceExponentialLIF": ("g_excitatory", "g_inhibitory"),
}
_ONE = 32768.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the binaries did with a network.

    Parameters
    ----------
    recorded : dict
        By population.
    rows : dict
        By projection: source, target, stage of the delay extension, rest of the delay modulo slots,
        stored weight; sorted; shape (synapses, 5).
    traces : dict
        By projection: (last pre time, pre trace) of each row, by source and stage.
    slots, shifts : dict
        By population.
    saturations, skipped : dict
        By population.
    """

    recorded: dict[str, Recorded]
    rows: dict[str, NDArray[np.int64]]
    traces: dict[str, Traces]
    slots: dict[str, int]
    shifts: dict[str, tuple[int, ...]]
    saturations: dict[str, int]
    skipped: dict[str, int]


def read_machine(case: Case, board: Board) -> Machine:
    """Read everything back from a board that has run."""
    names = [item.name for item in case.network.populations]
    forms = {name: board.formats(name)[0] for name in names}
    rows = {item.name: board.rows(item.name) for item in case.network.projections}
    return Machine(
        recorded={name: board.recorded(name) for name in names},
        rows={
            item.name: _table(rows[item.name], 1 << forms[str(item.target)].slot_bits)
            for item in case.network.projections
        },
        traces={name: _traces(found) for name, found in rows.items()},
        slots={name: 1 << form.slot_bits for name, form in forms.items()},
        shifts={name: form.shifts for name, form in forms.items()},
        saturations={name: board.count("saturations", name) for name in names},
        skipped={name: board.count("skipped_synapses", name) for name in names},
    )


class Emulation:
    """A network on one of the emulators, run as long as the machine was."""

    def __init__(self, case: Case, make: MakeEngine, *, ticks: int) -> None:
        options = Options(neurons_per_core=case.neurons_per_core)
        plan = lower(case.network)
        self.layout = lay_out(plan, options)
        self.engine = make(self.layout, options)
        inputs = [emitted(plan, item, 0, ticks) for item in plan.inputs]
        self.recording: Recording = self.engine.advance(ticks, inputs, self._probes())

    def differences(self, machine: Machine) -> list[str]:
        """Return every difference, a line each."""
        found: list[str] = []
        for number, population in enumerate(self.layout.populations):
            found += self._layout_differences(population, machine)
            found += self._record_differences(number, population, machine)
        for number, projection in enumerate(self.layout.projections):
            found += self._row_differences(number, projection, machine)
        return found + list(self._count_differences(machine))

    def _probes(self) -> list[TraceProbe]:
        return [
            TraceProbe(number, variable, 1, np.arange(item.size))
            for number, item in enumerate(self.layout.populations)
            for variable in ("v", *_INPUTS[item.cell])
        ]

    def _layout_differences(self, population: CorePopulation, machine: Machine) -> Iterator[str]:
        name = population.name
        yield from _unequal(f"{name} slots", machine.slots[name], population.slots)
        yield from _unequal(f"{name} shifts", machine.shifts[name], population.shifts)

    def _record_differences(
        self, number: int, population: CorePopulation, machine: Machine
    ) -> Iterator[str]:
        true = machine.recorded[population.name]
        probes = self.recording.traces[3 * number : 3 * number + 3]
        words = (true.v, true.excitatory, true.inhibitory)
        for label, expected, (_, values) in zip(("v", "exc", "inh"), words, probes, strict=True):
            yield from _first(f"{population.name} {label}", expected, values * _ONE)
        spikes = self.recording.spikes[len(self.layout.sources) + number]
        expected_spikes = np.stack([true.ticks, true.indices], axis=1)
        yield from _first(f"{population.name} spikes", expected_spikes, _spikes(spikes))

    def _row_differences(
        self, number: int, projection: CoreProjection, machine: Machine
    ) -> Iterator[str]:
        target = next(item for item in self.layout.populations if item.name == projection.target)
        count = projection.targets.size
        weights: NDArray[np.float64] = np.broadcast_to(projection.weights, count).astype(np.float64)
        if projection.plasticity is not None:
            weights = np.rint(self.engine.weights(number) * target.scales[projection.receptor])
        sources = np.repeat(np.arange(projection.offsets.size - 1), np.diff(projection.offsets))
        steps = np.broadcast_to(projection.delay_steps, count)
        stages = (steps - 1) // target.slots
        columns = [sources, projection.targets, stages, steps % target.slots, weights]
        expected = machine.rows[projection.name]
        found = _sorted(np.stack(columns, axis=1).astype(np.int64))
        yield from _first(f"{projection.name} rows", expected, found)
        if projection.plasticity is not None:
            used = set(zip(sources.tolist(), stages.tolist(), strict=True))
            traces = self._traces(number, used)
            yield from _unequal(
                f"{projection.name} traces", machine.traces[projection.name], traces
            )

    def _traces(self, number: int, rows: set[tuple[int, int]]) -> Traces:
        """Return the last pre time and the pre trace of rows, given by source and stage."""
        state = self.engine.snapshot()
        if f"projection{number}.pre_time" in state:  # the reference: by core, stage, source
            times, traces = (
                state[f"projection{number}.{part}"][0] for part in ("pre_time", "pre_trace")
            )
            return {(j, k): (int(times[k, j]), int(traces[k, j])) for j, k in rows}
        found = {}  # the compiled kernels: groups of rows by projection and stage
        for j, stage in rows:
            group = self._groups().index((number, stage))
            times, traces = (state[f"rows{group}.{part}"] for part in ("pre_time", "pre_trace"))
            found[j, stage] = (int(times[j]), int(traces[j]))
        return found

    def _groups(self) -> list[tuple[int, int]]:
        """Return the projections and stages that have synapses, in order."""
        slots = {item.name: item.slots for item in self.layout.populations}
        return [
            (number, int(stage))
            for number, item in enumerate(self.layout.projections)
            for stage in np.unique((item.delay_steps - 1) // slots[item.target])
        ]

    def _count_differences(self, machine: Machine) -> Iterator[str]:
        """Yield differences of counts.

        How often a full entry is added to depends on the order of packets within a tick, which the
        machine leaves open; whether it gets full does not.
        """
        tallies = self.engine.tallies()
        expected = {name: count > 0 for name, count in machine.saturations.items()}
        found = {name: count > 0 for name, count in tallies["saturations"].items()}
        yield from _unequal("saturations", expected, found)
        skipped = dict.fromkeys(machine.skipped, 0)
        for item in self.layout.projections:
            skipped[item.target] += tallies["skipped_synapses"][item.name]
        yield from _unequal("skipped synapses", machine.skipped, skipped)


def _table(found: list[Placed], slots: int) -> NDArray[np.int64]:
    lines = [
        (item.source, item.first + target, item.stage, delay % slots, weight)
        for item in found
        for target, delay, weight in zip(
            item.row.targets, item.row.delays, item.row.weights, strict=True
        )
    ]
    return _sorted(np.array(lines, dtype=np.int64).reshape(-1, 5))


def _traces(found: list[Placed]) -> Traces:
    return {
        (item.source, item.stage): (item.row.time, item.row.trace)
        for item in found
        if item.row.time is not None and item.row.trace is not None and item.row.targets
    }


def _sorted(table: NDArray[np.int64]) -> NDArray[np.int64]:
    return table[np.lexsort(table.T[::-1])]


def _spikes(spikes: tuple[NDArray[np.int64], NDArray[np.int64]]) -> NDArray[np.int64]:
    ticks, indices = spikes
    return _sorted(np.stack([ticks, indices], axis=1))


def _unequal(what: str, expected: object, found: object) -> Iterator[str]:
    if expected != found:
        yield f"{what}: machine {expected}, emulator {found}"


def _first(what: str, expected: NDArray[np.generic], found: NDArray[np.generic]) -> Iterator[str]:
    """Yield the first place, in order of ticks or sources, where two arrays differ."""
    if expected.shape != found.shape:
        yield f"{what}: machine has shape {expected.shape}, emulator {found.shape}"
        return
    places = np.argwhere(expected != found)
    if places.size:
        place = tuple(places[0])
        yield (
            f"{what}: {len(places)} of {expected.size} differ, first at {place}: "
            f"machine {expected[place]}, emulator {found[place]}"
        )
