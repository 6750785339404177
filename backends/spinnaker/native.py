"""The compiled kernels (`backends/spinnaker/cpp`) behind the engine's interface.

Hands a layout over as it is: static synapses are shared, not copied. Same bits as the reference,
which alone emulates the load of cores.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from neuro.backends.spinnaker._native import Emulator, instruction_sets
from neuro.backends.spinnaker.arithmetic import FRACTION_ONE
from neuro.backends.spinnaker.constants import cell_constants
from neuro.backends.spinnaker.layout import (
    CorePlasticity,
    CorePopulation,
    CoreProjection,
    Int32Array,
    Layout,
)
from neuro.backends.spinnaker.options import IDEAL, Options
from neuro.backends.spinnaker.plasticity import POST_HISTORY
from neuro.backends.spinnaker.ports import PortRows, port_rows
from neuro.engine.interface import (
    Batch,
    Engine,
    FloatArray,
    IntArray,
    Recording,
    Spikes,
    TraceProbe,
)
from neuro.seeds import stream

VARIABLES = {
    "CurrentExponentialLIF": ("v", "i_excitatory", "i_inhibitory"),
    "ConductanceExponentialLIF": ("v", "g_excitatory", "g_inhibitory"),
}
"""State variables in the order of the kernels."""

UNLIMITED = 0
"""Stands for a post history without end."""

Sender = tuple[int, int, int, int]
"""Target population, core in it, source, and ticks from a spike to its packet at the core."""


class NativeEmulator(Engine):
    """The compiled kernels.

    Parameters
    ----------
    layout : Layout
        What runs.
    options : Options
        How; not in mode ``"loaded"``.
    instruction_set : str, optional
        Of `instruction_sets`; default the best. The bits do not depend on it.
    """

    def __init__(
        self, layout: Layout, options: Options = IDEAL, instruction_set: str | None = None
    ) -> None:
        assert options.mode != "loaded", "only the reference emulates the load of cores"
        isa = instruction_set or instruction_sets()[0]
        self.kind = f"spinnaker compiled {options.mode}"
        self.description = f"SpiNNaker emulator, compiled (C++, fixed point, {isa})"
        self._layout = layout
        self._options = options
        self._core = Emulator()
        for source in layout.sources:
            self._core.add_input(source.size)
        for population in layout.populations:
            self._add_population(population, isa)
        self._add_histories()
        self._rows = [
            port_rows(item, self._target(item), by_core=options.mode == "lossy")
            for item in layout.projections
        ]
        self._groups: list[list[int]] = []
        """For each projection, the numbers of its rows in the kernels."""
        self._add_rows(self._add_ports())
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
        answer = self._core.advance(steps, list(inputs), wanted, self._lose())
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
        threads = max(1, min(threads, len(fed)))
        answer = self._core.batch(steps, fed, bins, threads, self._lose())
        table = np.array(answer["events"], dtype=np.int64)
        events = list(table.reshape(-1, len(self._layout.projections)).T)
        return answer["counts"], events, self._plastic_only(events)

    def weights(self, projection: int) -> FloatArray:
        """Return the weights as stored on the machine, in nA or uS, shape (synapses,).

        What post spikes did since the last pre spike of a source is not in them yet.
        """
        item = self._layout.projections[projection]
        stored = np.zeros(item.targets.size)
        for group, rows in zip(self._groups[projection], self._rows[projection], strict=True):
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
        sources = [*(item.name for item in self._layout.sources), *populations]
        counts = np.array(self._core.tallies(), dtype=np.int64).reshape(-1, 3).T.tolist()
        saturations, losses, dropped = counts
        found = {
            "saturations": dict(zip(populations, saturations, strict=True)),
            "history_losses": dict(zip(populations, losses, strict=True)),
            "skipped_synapses": dict(zip(projections, self._core.skipped, strict=True)),
            "packets": dict(zip(sources, self._core.packets, strict=True)),
        }
        if self._options.mode == "lossy":
            found["dropped_packets"] = dict(zip(populations, dropped, strict=True))
        return found

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

    def _add_histories(self) -> None:
        """Let every population with plastic input keep its spikes; it has one rule."""
        limit = POST_HISTORY if self._options.limits else UNLIMITED
        for item in self._layout.projections:
            if item.plasticity is not None:
                self._core.add_history(self._number(item), limit, item.plasticity.table_minus)

    def _number(self, projection: CoreProjection) -> int:
        """Return the position of a projection's target."""
        return [item.name for item in self._layout.populations].index(projection.target)

    def _add_ports(self) -> dict[Sender, int]:
        """Make the ports, by core and then by sender, and return their numbers."""
        senders = {
            self._sender(item, rows)
            for item, parts in zip(self._layout.projections, self._rows, strict=True)
            for rows in parts
        }
        first = np.cumsum([0, *(len(item.slices) for item in self._layout.populations)])
        return {
            sender: self._core.add_port(int(first[sender[0]]) + sender[1], sender[0], *sender[2:])
            for sender in sorted(senders)
        }

    def _sender(self, projection: CoreProjection, rows: PortRows) -> Sender:
        layout = self._layout
        sources = [item.name for item in layout.sources]
        names = [*sources, *(item.name for item in layout.populations)]
        resend = rows.stage * self._target(projection).slots
        return self._number(projection), rows.core, names.index(projection.source), resend

    def _add_rows(self, ports: dict[Sender, int]) -> None:
        count = 0
        for number, item in enumerate(self._layout.projections):
            self._groups.append([])
            for rows in self._rows[number]:
                port = ports[self._sender(item, rows)]
                ends = (number, port, self._number(item), item.receptor)
                if item.plasticity is None:
                    self._add_static(ends, rows)
                else:
                    self._add_plastic(ends, rows, item.plasticity, self._target(item).slots)
                self._groups[-1].append(count)
                count += 1

    def _add_static(self, ends: tuple[int, ...], rows: PortRows) -> None:
        self._core.add_static(ends, rows.offsets, rows.targets, rows.delay_steps, rows.weights)

    def _add_plastic(
        self, ends: tuple[int, ...], rows: PortRows, rule: CorePlasticity, slots: int
    ) -> None:
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

    def _lose(self) -> Callable[[int, int, int], list[bool]] | None:
        """Return what says which packets a core misses in a tick, if any can get lost."""
        if self._options.mode != "lossy":
            return None
        seed, probability = self._layout.plan.network.seed, self._options.drop_probability

        def lose(core: int, tick: int, packets: int) -> list[bool]:
            rng = stream(seed, "spinnaker", "lost packets", core, tick)
            lost: list[bool] = (rng.random(packets) < probability).tolist()
            return lost

        return lose


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
