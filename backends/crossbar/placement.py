"""Where the synapses of a projection go: matrices of devices, one for each delay.

A crosspoint holds one synapse. Synapses of one projection that join the same pair, or have other
delays, go to further matrices (planes): a column sum has one delay, which a digital line makes.
Rows and columns without synapses are left out.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.options import Options
from neuro.errors import CapacityError
from neuro.plan import PlannedProjection

IntArray = NDArray[np.int64]

MOST_DEVICES = 1 << 27
"""Of all tiles of one projection: above it arrays take gigabytes of this computer's memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """One matrix of a projection.

    Parameters
    ----------
    delay : int
        Of its column sums, steps.
    rows, columns : array of int
        The sources and targets that it has, ascending.
    synapses : array of int
        Positions in the projection.
    row, column : array of int, shape (synapses,)
        Where each is in the matrix.
    """

    delay: int
    rows: IntArray
    columns: IntArray
    synapses: IntArray
    row: IntArray
    column: IntArray

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of weights."""
        return self.rows.size, self.columns.size

    def tiles(self, options: Options) -> tuple[int, int]:
        """Return how many tiles there are down and across."""
        rows, columns = self.shape
        return ceil(rows / options.tile_rows), ceil(columns / options.weights_across)

    def devices(self, options: Options) -> int:
        """Return how many devices the matrix takes, references included."""
        rows, columns = self.shape
        across = {
            "differential": 2 * columns,
            "offset": columns + self.tiles(options)[1],
            "single": columns,
        }
        return rows * across[options.mapping]


def place(projection: PlannedProjection) -> tuple[Plane, ...]:
    """Place the synapses of a discretised projection; planes by delay, ascending."""
    sources = projection.sources.astype(np.int64)
    targets = projection.targets.astype(np.int64)
    delays = np.broadcast_to(projection.delay_steps, targets.shape).astype(np.int64)
    order = np.lexsort((targets, sources, delays))
    keys = np.stack([delays[order], sources[order], targets[order]])
    again = np.zeros(order.size, dtype=np.int64)
    if order.size:
        begins = np.r_[True, np.any(keys[:, 1:] != keys[:, :-1], axis=0)]
        starts = np.flatnonzero(begins)
        again = np.arange(order.size) - np.repeat(starts, np.diff(np.r_[starts, order.size]))
    planes = np.unique(np.stack([delays[order], again]), axis=1)
    return tuple(
        _plane(int(delay), np.sort(order[(keys[0] == delay) & (again == copy)]), sources, targets)
        for delay, copy in planes.T.tolist()
    )


def _plane(delay: int, synapses: IntArray, sources: IntArray, targets: IntArray) -> Plane:
    rows, row = np.unique(sources[synapses], return_inverse=True)
    columns, column = np.unique(targets[synapses], return_inverse=True)
    return Plane(delay=delay, rows=rows, columns=columns, synapses=synapses, row=row, column=column)


def capacity_issue(
    projection: PlannedProjection, planes: tuple[Plane, ...], options: Options
) -> CapacityError | None:
    """Return an error if a projection takes more devices than can be emulated here."""
    devices = sum(plane.devices(options) for plane in planes)
    if devices <= MOST_DEVICES:
        return None
    return CapacityError(
        f"projection {projection.name!r}",
        f"{devices} devices in {len(planes)} matrices",
        value=devices,
        limit=f"At most {MOST_DEVICES} are emulated for one projection",
        hint="Use fewer different delays, or smaller or denser populations",
    )
