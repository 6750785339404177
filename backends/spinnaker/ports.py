"""Rows as packets fetch them: split by stage of the delay extension and, where it matters, by core.

A port is where the packets of one sender reach a core: of a source itself, or of a stage of its
delay extension, which re-sends every spike (specs, spinnaker section 3.1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuro.backends.spinnaker.delays import stage_of
from neuro.backends.spinnaker.layout import (
    CorePopulation,
    CoreProjection,
    Int32Array,
    Int64Array,
    UInt32Array,
    WeightArray,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRows:
    """The rows of a projection that are fetched by the same packets.

    Parameters
    ----------
    core : int
        Slice of the target.
    stage : int
        Stage of the delay extension that sends the packets; 0 for the source itself.
    offsets, targets, weights, delay_steps
        As in `CoreProjection`; delays are what is left after the stage.
    positions : array of int64, or None
        Positions of the synapses in the projection; None for all of them, in order.
    """

    core: int
    stage: int
    offsets: Int64Array
    targets: UInt32Array
    weights: WeightArray
    delay_steps: Int32Array
    positions: Int64Array | None


def port_rows(
    projection: CoreProjection, target: CorePopulation, *, by_core: bool
) -> list[PortRows]:
    """Split a projection by stage of the delay extension and by core; else it is not copied.

    Parameters
    ----------
    projection : CoreProjection
        Whose rows.
    target : CorePopulation
        Its target.
    by_core : bool
        Whether each core of the target gets packets of its own.
    """
    cores = target.slices if by_core else target.slices[:1]
    if projection.stages == 0 and len(cores) == 1:
        whole = PortRows(
            core=0,
            stage=0,
            offsets=projection.offsets,
            targets=projection.targets,
            weights=projection.weights,
            delay_steps=projection.delay_steps,
            positions=None,
        )
        return [whole]
    stages = np.broadcast_to(
        stage_of(projection.delay_steps, target.slots), projection.targets.shape
    )
    starts = [first for first, _ in cores]
    core = np.searchsorted(starts, projection.targets, side="right") - 1
    return [
        _selected(projection, target.slots, (number, stage), (core == number) & (stages == stage))
        for number in range(len(cores))
        for stage in range(projection.stages + 1)
    ]


def _selected(
    projection: CoreProjection, slots: int, port: tuple[int, int], chosen: NDArray[np.bool_]
) -> PortRows:
    delays, weights = projection.delay_steps, projection.weights
    core, stage = port
    return PortRows(
        core=core,
        stage=stage,
        offsets=np.concatenate(([0], np.cumsum(chosen)))[projection.offsets],
        targets=projection.targets[chosen],
        weights=weights if weights.size == 1 else weights[chosen],
        delay_steps=(delays if delays.size == 1 else delays[chosen]) - np.int32(stage * slots),
        positions=np.flatnonzero(chosen),
    )
