"""The synapses of a network on tiles: what the run loop calls to deliver spikes and to learn."""

from dataclasses import astuple, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.grid import TileGrid, Use
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.placement import Plane
from neuro.engine.interface import FloatArray, IntArray
from neuro.engine.network import EngineNetwork
from neuro.engine.rows import rounds
from neuro.engine.state import EngineState
from neuro.plan import PlannedProjection

Arrays = dict[str, NDArray[Any]]


class ProjectionTiles:
    """One projection on tiles.

    Parameters
    ----------
    projection : PlannedProjection
        With its weights.
    planes : tuple of Plane
        Where its synapses are.
    hardware : Hardware
    options : Options
    seed : int
        Root of all randomness.
    """

    def __init__(
        self,
        projection: PlannedProjection,
        planes: tuple[Plane, ...],
        hardware: Hardware,
        options: Options,
        seed: int,
    ) -> None:
        weights = np.broadcast_to(
            np.asarray(projection.weights, dtype=np.float64), projection.targets.shape
        )
        largest = largest_weight(projection)
        self.planes = planes
        self.grids = tuple(
            _grid(plane, weights, hardware, options, seed, (projection.name, number), largest)
            for number, plane in enumerate(planes)
        )
        self.fan_out = np.diff(projection.offsets)
        self.plastic = projection.plasticity is not None
        self.weights = self._stored(weights.size)

    def deliver(self, arrivals: FloatArray, step: int, sources: IntArray) -> None:
        """Read the rows of some sources and add the sums to what is under way.

        Parameters
        ----------
        arrivals : array, shape (slots, neurons)
            Of the receptor; changed in place.
        step : int
            The current step.
        sources : array of int
            Who spiked; one that spiked twice is read twice.
        """
        for active in rounds(sources):
            for plane, grid in zip(self.planes, self.grids, strict=True):
                rows = _positions(plane.rows, active)
                if rows.size:
                    slot = (step + plane.delay) % arrivals.shape[0]
                    arrivals[slot, plane.columns] += grid.events(rows)

    def learn(self, weights: FloatArray) -> None:
        """Write the devices of the synapses that a rule has changed.

        Parameters
        ----------
        weights : array, shape (synapses,)
            As the rule wants them; becomes what the devices hold.
        """
        if not np.any(weights != self.weights):
            return
        for plane, grid in zip(self.planes, self.grids, strict=True):
            at = plane.synapses
            moved = np.flatnonzero(weights[at] != self.weights[at])
            if moved.size:
                place = at[moved]
                self.weights[place] = grid.change(
                    plane.row[moved], plane.column[moved], self.weights[place], weights[place]
                )
        weights[:] = self.weights

    def use(self) -> Use:
        """Return what all reads and writes have taken."""
        total = Use()
        for grid in self.grids:
            for item in fields(Use):
                summed = getattr(total, item.name) + getattr(grid.use, item.name)
                setattr(total, item.name, summed)
        return total

    def snapshot(self) -> Arrays:
        """Return everything that changes during a run, as arrays by name."""
        arrays: Arrays = {"weights": self.weights.copy()} if self.plastic else {}
        for number, grid in enumerate(self.grids):
            arrays[f"grid{number}.use"] = np.array(astuple(grid.use), dtype=np.float64)
            for position, block in enumerate(grid.blocks):
                progress = block.tile.array.progress(written=self.plastic)
                arrays |= {f"grid{number}.tile{position}.{k}": v for k, v in progress.items()}
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Continue from a snapshot.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit.
        """
        if self.plastic:
            if arrays["weights"].shape != self.weights.shape:
                raise ValueError("array weights has another shape")
            self.weights = arrays["weights"].copy()
        for number, grid in enumerate(self.grids):
            kept = arrays[f"grid{number}.use"].tolist()
            members = zip(fields(Use), kept, strict=True)
            grid.use = Use(**{item.name: item.type(value) for item, value in members})  # type: ignore[operator]
            for position, block in enumerate(grid.blocks):
                prefix = f"grid{number}.tile{position}."
                block.tile.resume(
                    {
                        name.removeprefix(prefix): values
                        for name, values in arrays.items()
                        if name.startswith(prefix)
                    }
                )

    def begin_stream(self, *name: str | int) -> None:
        """Give all tiles streams of read noise and writes of that name."""
        for grid in self.grids:
            for block in grid.blocks:
                block.tile.array.begin_stream(*name)

    def _stored(self, count: int) -> FloatArray:
        found = np.zeros(count)
        for plane, grid in zip(self.planes, self.grids, strict=True):
            found[plane.synapses] = grid.weights[plane.row, plane.column]
        return found


class TileDelivery:
    """All projections of a network on tiles, for the run loop of `neuro.engine`."""

    def __init__(self, projections: tuple[ProjectionTiles, ...]) -> None:
        self.projections = projections

    def deliver(
        self,
        network: EngineNetwork,
        state: EngineState,
        number: int,
        step: int,
        sources: IntArray,
        weights: Any,
    ) -> int:
        """Read the rows of some sources; return how many synapses were reached."""
        group, tiles = network.synapses[number], self.projections[number]
        tiles.deliver(state.arrivals[group.target][group.receptor], step, sources)
        return int(tiles.fan_out[sources].sum())

    def learned(self, number: int, weights: FloatArray) -> None:
        """Write what a rule has changed."""
        self.projections[number].learn(weights)


def largest_weight(projection: PlannedProjection) -> float:
    """Return the largest weight, without sign, that a projection has or can learn."""
    sizes = np.abs(np.asarray(projection.weights, dtype=np.float64))
    largest = float(sizes.max(initial=0.0))
    rule = projection.plasticity
    return largest if rule is None else max(largest, abs(rule.w_min), abs(rule.w_max))


def _grid(
    plane: Plane,
    weights: FloatArray,
    hardware: Hardware,
    options: Options,
    seed: int,
    path: tuple[str | int, ...],
    largest: float,
) -> TileGrid:
    matrix = np.zeros(plane.shape)
    used = np.zeros(plane.shape, dtype=np.bool_)
    matrix[plane.row, plane.column] = weights[plane.synapses]
    used[plane.row, plane.column] = True
    by_column = options.scale_by == "column"
    return TileGrid(
        matrix,
        hardware,
        options,
        seed=seed,
        path=path,
        largest=None if by_column else largest,
        used=used,
    )


def _positions(rows: IntArray, active: IntArray) -> IntArray:
    """Return where the active sources are among the rows of a plane; those that are."""
    found = np.searchsorted(rows, active)
    there = found < rows.size
    there[there] = rows[found[there]] == active[there]
    return found[there]
