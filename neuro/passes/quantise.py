"""Pass `quantise`: weights move to a grid, as a target with few bits stores them.

A weight w becomes ``lsb * code`` with the code that is nearest to ``w / lsb``, ties to even. The
plan stays one of real numbers, so that any backend can run it: this is how the effect of quantised
weights is told apart from that of quantised arithmetic.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion
from neuro.notes import FidelityNote
from neuro.plan import FloatArray, Plan, PlannedProjection
from neuro.units import format_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The weights that a projection can store.

    Parameters
    ----------
    lsb : float
        Distance of two neighbours, in the receptor's unit.
    largest_code : int
        Largest number that is stored, for a weight of ``lsb * largest_code``.
    wrap : bool, default False
        What becomes of a larger one: if True the code starts again at 0, else it is the largest.
    signed : bool, default False
        Whether codes may be negative, down to ``-largest_code``; if not, signs are dropped.

    Raises
    ------
    ValidationError
        If `lsb` is not above zero, `largest_code` below 1, or a signed grid is to wrap.
    """

    lsb: float
    largest_code: int
    wrap: bool = False
    signed: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        issues: list[NeuroError] = []
        if not 0.0 < self.lsb < np.inf:
            issues.append(
                ValidationError("grid.lsb", repr(self.lsb), value=self.lsb, limit="Above zero")
            )
        if self.largest_code < 1:
            issues.append(
                ValidationError(
                    "grid.largest_code",
                    repr(self.largest_code),
                    value=self.largest_code,
                    limit="At least 1",
                )
            )
        if self.wrap and self.signed:
            issues.append(
                ValidationError("grid.wrap", "a signed grid that wraps", limit="Either of both")
            )
        raise_all("grid", issues)

    def codes(self, weights: FloatArray) -> FloatArray:
        """Return the stored numbers, whole ones, of some weights.

        Examples
        --------
        >>> Grid(lsb=0.5, largest_code=3).codes(np.array([0.25, 0.75, 9.0, -1.0])).tolist()
        [0.0, 2.0, 3.0, 2.0]
        >>> Grid(lsb=0.5, largest_code=3, wrap=True).codes(np.array([2.5])).tolist()
        [1.0]
        """
        codes: FloatArray = np.rint(weights / self.lsb)
        if self.signed:
            codes = np.clip(codes, -self.largest_code, self.largest_code)
        elif self.wrap:
            codes = np.mod(np.abs(codes), self.largest_code + 1)
        else:
            codes = np.minimum(np.abs(codes), self.largest_code)
        return codes


def quantise(plan: Plan, grids: Mapping[str, Grid]) -> Plan:
    """Move the weights of a plan to grids.

    Parameters
    ----------
    plan : Plan
        What to quantise.
    grids : mapping of str to Grid
        By projection; a projection without one keeps its weights. Of a plastic projection the
        initial weights move, not what learning makes of them.

    Returns
    -------
    Plan
        With a note for each projection whose weights have changed.

    Raises
    ------
    ValidationError, CheckError
        If a grid belongs to no projection.
    """
    names = [item.name for item in plan.projections]
    raise_all(
        "grids",
        [
            ValidationError(
                f"grids[{name!r}]", "no such projection", value=name, limit=suggestion(name, names)
            )
            for name in grids
            if name not in names
        ],
    )
    notes: list[FidelityNote] = []
    return replace(
        plan,
        projections=tuple(
            _moved(item, grids[item.name], plan, notes) if item.name in grids else item
            for item in plan.projections
        ),
        notes=(*plan.notes, *notes),
        passes=(*plan.passes, "quantise"),
    )


def _moved(
    projection: PlannedProjection, grid: Grid, plan: Plan, notes: list[FidelityNote]
) -> PlannedProjection:
    asked = np.asarray(projection.weights, dtype=np.float64)
    stored = grid.codes(asked) * grid.lsb
    notes += _notes(projection, asked, stored, grid, _unit(projection, plan))
    weights: Any = stored if asked.ndim else float(stored)
    return replace(projection, weights=weights)


def _notes(
    projection: PlannedProjection, asked: FloatArray, stored: FloatArray, grid: Grid, unit: str
) -> list[FidelityNote]:
    """Note the weight that changes most, relative to its size."""
    asked, stored = asked.reshape(-1), stored.reshape(-1)
    changed = np.flatnonzero(asked != stored)
    if not changed.size or not projection.targets.size:
        return []
    errors = np.abs(stored - asked)[changed] / np.abs(asked[changed])
    worst = changed[np.argmax(errors)]
    zeros = np.count_nonzero(stored[changed] == 0.0)
    return [
        FidelityNote(
            where=f"projection {projection.name!r}.weight",
            requested=float(asked[worst]),
            stored=float(stored[worst]),
            relative_error=float(errors.max()),
            unit=unit,
            reason=f"{changed.size} of {asked.size} weights are not among the multiples of "
            f"{format_value(grid.lsb, unit)} up to {grid.largest_code}; {zeros} become 0.",
        )
    ]


def _unit(projection: PlannedProjection, plan: Plan) -> str:
    cell = plan.network.population(projection.target).cell
    return list(cell.receptors.values())[projection.receptor].unit
