r"""From weights to conductances and back.

.. math:: s = w_{max} / (G_{max} - G_{min}), \quad G^\pm = G_{min} + \max(0, \pm W) / s, \quad
          W = s (G^+ - G^-)

Differential columns alternate, plus and minus. With an offset there is one device a weight,
``G = (G_max + G_min) / 2 + W / s``, and one reference column at the end, with twice the scale;
single devices hold weights that are not negative and their G_min is subtracted from the sums
digitally. Specs, crossbar_nladc section 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.backends.crossbar.options import MappingKind
from neuro.errors import NeuroError, ValidationError, raise_all

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapping:
    """How the weights of one tile are kept.

    Parameters
    ----------
    kind : {"differential", "offset", "single"}
        See the module.
    scale : array, shape (columns,)
        Weight for one uS, by column of the weights.
    g_min, g_max : float, uS
        Range of a device.
    levels : int
        Conductances that can be programmed; 0 for any.
    """

    kind: MappingKind
    scale: FloatArray
    g_min: float
    g_max: float
    levels: int = 0

    @property
    def device_columns(self) -> int:
        """Columns of devices."""
        columns = self.scale.size
        return {"differential": 2 * columns, "offset": columns + 1, "single": columns}[self.kind]

    def targets(self, weights: FloatArray) -> FloatArray:
        """Return the conductances of weights, shape (rows, device columns), uS.

        Weights beyond the largest one are clipped.
        """
        scaled = weights / self.scale
        if self.kind == "differential":
            found = np.empty((weights.shape[0], 2 * weights.shape[1]))
            found[:, 0::2] = self.g_min + np.maximum(0.0, scaled)
            found[:, 1::2] = self.g_min + np.maximum(0.0, -scaled)
        elif self.kind == "offset":
            middle = 0.5 * (self.g_min + self.g_max)
            found = middle + np.pad(scaled, ((0, 0), (0, 1)))
        else:
            found = self.g_min + scaled
        return self.quantised(np.clip(found, self.g_min, self.g_max))

    def quantised(self, conductance: FloatArray) -> FloatArray:
        """Return the closest conductances that can be programmed, uS."""
        if not self.levels:
            return conductance
        step = (self.g_max - self.g_min) / (self.levels - 1)
        moved: FloatArray = self.g_min + step * np.rint((conductance - self.g_min) / step)
        return moved

    def combined(self, columns: FloatArray, inputs: FloatArray | float) -> FloatArray:
        """Return weighted sums from sums over conductances.

        Parameters
        ----------
        columns : array, shape (..., device columns), uS
            Sums of conductances times inputs.
        inputs : array, shape (..., 1), or float
            Sum of the inputs, for what is subtracted digitally.

        Returns
        -------
        array, shape (..., columns)
            In units of the weights.
        """
        if self.kind == "differential":
            return (columns[..., 0::2] - columns[..., 1::2]) * self.scale
        if self.kind == "offset":
            return (columns[..., :-1] - columns[..., -1:]) * self.scale
        return (columns - self.g_min * inputs) * self.scale

    def weights(self, conductance: FloatArray) -> FloatArray:
        """Return the weights that conductances stand for, shape (rows, columns)."""
        return self.combined(conductance, 1.0)

    def changes(self, old: FloatArray, new: FloatArray, column: NDArray[np.int64]) -> FloatArray:
        """Return by how much devices change when weights do, uS.

        Parameters
        ----------
        old, new : array, shape (synapses,)
            Weights before and after.
        column : array, shape (synapses,)
            Column of each weight.

        Returns
        -------
        array, shape (devices of a weight, synapses)
            Two devices if differential, else one.
        """
        scale = self.scale[column]
        if self.kind != "differential":
            return ((new - old) / scale)[None]
        plus = np.maximum(0.0, new) - np.maximum(0.0, old)
        minus = np.maximum(0.0, -new) - np.maximum(0.0, -old)
        return np.stack([plus / scale, minus / scale])

    def devices(self, column: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the columns of the devices of weights, shape (devices of a weight, synapses)."""
        if self.kind != "differential":
            return column[None]
        return np.stack([2 * column, 2 * column + 1])


def make_mapping(
    largest: ArrayLike,
    columns: int,
    *,
    kind: MappingKind,
    g_min: float,
    g_max: float,
    levels: int = 0,
) -> Mapping:
    """Make a mapping whose full range holds given weights.

    Parameters
    ----------
    largest : float or array, shape (columns,)
        Largest weight, without sign; 0 counts as 1.
    columns : int
        Of the weights.
    kind, g_min, g_max, levels
        See `Mapping`.
    """
    span = np.broadcast_to(np.asarray(largest, dtype=np.float64), (columns,))
    span = np.where(span > 0, span, 1.0)
    factor = 2.0 if kind == "offset" else 1.0
    scale = factor * span / (g_max - g_min)
    return Mapping(kind=kind, scale=scale, g_min=g_min, g_max=g_max, levels=levels)


def largest_weights(
    weights: FloatArray, *, by: str = "tile", percentile: float = 100.0
) -> FloatArray:
    """Return the largest weight without sign, of all or of each column.

    Parameters
    ----------
    weights : array, shape (rows, columns)
    by : {"tile", "column"}
        What shares a scale.
    percentile : float, default 100
        Of the sizes; larger weights are clipped later.
    """
    sizes = np.abs(weights)
    if not sizes.size:
        return np.zeros(weights.shape[1] if by == "column" else ())
    axis = 0 if by == "column" else None
    largest: FloatArray = np.percentile(sizes, percentile, axis=axis)
    return largest


def checked_weights(weights: ArrayLike, kind: MappingKind, where: str) -> FloatArray:
    """Return a matrix of weights that can be mapped.

    Raises
    ------
    ValidationError, CheckError
        If it is no matrix, a weight is not finite, or negative where that cannot be kept.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.ndim != 2:  # noqa: PLR2004
        raise ValidationError(
            where, f"shape {matrix.shape}", value=matrix.shape, limit="Shape (rows, columns)"
        )
    issues: list[NeuroError] = []
    bad = np.argwhere(~np.isfinite(matrix))
    if bad.size:
        row, column = bad[0].tolist()
        value = float(matrix[row, column])
        issues.append(
            ValidationError(
                f"{where}[{row}, {column}]",
                f"{value:g}; {len(bad)} weights are not finite",
                value=value,
                limit="A weight is finite",
            )
        )
    elif kind == "single" and np.any(matrix < 0):
        row, column = np.argwhere(matrix < 0)[0].tolist()
        value = float(matrix[row, column])
        issues.append(
            ValidationError(
                f"{where}[{row}, {column}]",
                f"{value:g}",
                value=value,
                limit="Single devices keep weights that are not negative",
                hint="Use mapping 'differential' or 'offset'",
            )
        )
    raise_all(where, issues)
    return matrix
