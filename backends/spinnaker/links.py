"""Projections as the emulator walks them: ends by number, delays as a core has them.

A link is one projection. Its synapses belong to stages of the delay extension; within a stage a
core sees the rest of the delay, in a field in which a delay equal to the slots reads as 0.
"""

from dataclasses import dataclass

import numpy as np

from neuro.backends.spinnaker.arithmetic import IntArray
from neuro.backends.spinnaker.delays import stage_of
from neuro.backends.spinnaker.layout import CorePlasticity, CoreProjection, Layout
from neuro.engine.rows import row_positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One projection.

    Parameters
    ----------
    number : int
        Position in the layout.
    source : int
        Position among all sources: inputs first, then populations.
    target, receptor : int
        Position among the populations, and in the target's receptors.
    offsets : array of int64, shape (source size + 1,)
    targets, weights : arrays of int64, shape (synapses,)
        Weights as stored at first.
    stages : int
        Stages of the delay extension.
    stage, field : arrays of int64, shape (synapses,)
        Which stage serves a synapse, and its delay field.
    slots, shift : int
        Delay slots of the target, and left shift of the receptor.
    scale : float
        Stored number for a weight of 1 nA or 1 uS.
    rule : CorePlasticity or None
    """

    number: int
    source: int
    target: int
    receptor: int
    offsets: IntArray
    targets: IntArray
    weights: IntArray
    stages: int
    stage: IntArray
    field: IntArray
    slots: int
    shift: int
    scale: float
    rule: CorePlasticity | None

    def positions(self, sources: IntArray, stage: int) -> IntArray:
        """Return the synapses of some sources in one stage, row after row."""
        found: IntArray = row_positions(self.offsets, sources)
        return found[self.stage[found] == stage] if self.stages else found


def links(layout: Layout) -> tuple[Link, ...]:
    """Return the projections of a layout as links, in its order."""
    names = [item.name for item in layout.populations]
    sources = [*(item.name for item in layout.sources), *names]
    return tuple(
        _link(number, item, sources.index(item.source), layout, names.index(item.target))
        for number, item in enumerate(layout.projections)
    )


def _link(number: int, item: CoreProjection, source: int, layout: Layout, target: int) -> Link:
    population = layout.populations[target]
    count = item.targets.size
    delays = np.broadcast_to(item.delay_steps, count).astype(np.int64)
    return Link(
        number=number,
        source=source,
        target=target,
        receptor=item.receptor,
        offsets=item.offsets,
        targets=item.targets.astype(np.int64),
        weights=np.broadcast_to(item.weights, count).astype(np.int64),
        stages=item.stages,
        stage=stage_of(delays, population.slots),
        field=delays % population.slots,
        slots=population.slots,
        shift=population.shifts[item.receptor],
        scale=population.scales[item.receptor],
        rule=item.plasticity,
    )
