"""An array of weights whose rows are driven by pulses, with the count of what that takes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.converters import encode
from neuro.backends.crossbar.costs import LayerCounts, row_energies
from neuro.backends.crossbar.devices.thermal import wire_factor
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.options import SMALLEST_COLUMNS, Options
from neuro.backends.crossbar.tile import Tile
from neuro.backends.crossbar.wires import Wires

FloatArray = NDArray[np.float64]


def pulses_of(values: FloatArray, bits: int) -> FloatArray:
    """Return values in [-1, 1] as fractions of the longest pulse that a row can get, same shape."""
    flat = values.reshape(-1, values.shape[-1])
    coded: FloatArray = encode(flat, bits).planes[0].reshape(values.shape)
    return coded


class DrivenArray:
    """Weights on one tile that is as large as they are.

    Parameters
    ----------
    weights : array, shape (rows, columns)
    hardware : Hardware
    options : Options
        The size of the tile in it does not count.
    input_bits : int
        Of the size of inputs.
    name : str
        For errors, random streams and the account.
    seed : int
    """

    def __init__(
        self,
        weights: FloatArray,
        hardware: Hardware,
        options: Options,
        *,
        input_bits: int,
        name: str,
        seed: int,
    ) -> None:
        rows, columns = weights.shape
        across = {"differential": 2 * columns, "offset": columns + 1, "single": columns}
        size = max(across[options.mapping], SMALLEST_COLUMNS)
        fitting = replace(options, tile_rows=rows, tile_columns=size)
        self.tile = Tile(weights, hardware, fitting, seed=seed, path=(name,))
        self.name, self.input_bits = name, input_bits
        self._cycles = np.zeros(rows)
        self._pulses = self._reads = 0

    @property
    def longest(self) -> int:
        """Clock cycles of the longest pulse."""
        return int(2**self.input_bits - 1)

    def read(self, pulses: FloatArray, *, noise: bool) -> FloatArray:
        """Return the sums of the columns, in units of the weights, shape (batch, columns).

        Parameters
        ----------
        pulses : array, shape (batch, rows)
            From `pulses_of`.
        noise : bool
            Whether the read has noise of its own.
        """
        self._cycles += self.longest * np.abs(pulses).sum(axis=0)
        self._pulses += int(np.count_nonzero(pulses))
        self._reads += pulses.shape[0]
        return np.asarray(self.tile.mvm(pulses, read_noise=noise), dtype=np.float64)

    def counts(self) -> LayerCounts:
        """Return what reads took so far; with wires each row is charged as if driven alone."""
        each = row_energies(
            self.tile.array.conductance,
            self.tile.hardware.v_read,
            self.tile.hardware.clock,
            self._wires(),
        )
        rows, columns = self.tile.shape
        return LayerCounts(
            name=self.name,
            rows=rows,
            columns=columns,
            devices_across=self.tile.array.shape[1],
            reads=self._reads,
            pulses=self._pulses,
            row_cycles=float(self._cycles.sum()),
            array_energy=float(self._cycles @ each),
        )

    def _wires(self) -> Wires | None:
        hardware, temperature = self.tile.hardware, self.tile.array.temperature
        if not hardware.wire_row:
            return None
        factor = wire_factor(hardware.wire_temperature, temperature, hardware.temperature)
        return Wires(
            row=factor * hardware.wire_row,
            column=factor * hardware.wire_column,
            driver=hardware.driver_resistance,
            sense=hardware.sense_resistance,
        )
