"""A tile: weights on an array with wires and converters, read as a whole or by spikes.

Reads go through the array as it is now: age, temperature, stuck devices, wires and conduction are
part of effective conductances that are computed once for each state; white noise is added to the
sums (`mvm`). With wires a device counts as linear, with its conductance at the read voltage.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.backends.crossbar.array import Array
from neuro.backends.crossbar.conduction import chord_conductance, gain, voltage_currents
from neuro.backends.crossbar.converters import Converter, encode
from neuro.backends.crossbar.converters.dac import DacKind
from neuro.backends.crossbar.hardware import Hardware
from neuro.backends.crossbar.mapping import (
    Mapping,
    checked_weights,
    largest_weights,
    make_mapping,
)
from neuro.backends.crossbar.mvm import Devices, noisy_product, noisy_sum
from neuro.backends.crossbar.options import Options, with_effects
from neuro.backends.crossbar.tile_file import read_tile, write_tile
from neuro.errors import CapacityError, ResultError, ValidationError
from neuro.hdf5 import HDF5_ERRORS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ReadState:
    """What a read needs, for one state of the array and one polarity; in uS and uS^2.

    `sums` and `variance` are those of pairs if they may be subtracted beforehand: then one number
    is drawn for each output instead of two. `rows` are the sums over each row.
    """

    devices: FloatArray
    sums: FloatArray
    variance: FloatArray | None
    rows: FloatArray


class Tile:
    """Weights on one array.

    Parameters
    ----------
    weights : array, shape (rows, columns)
        Finite; in any unit.
    hardware : Hardware
        What it is made of.
    options : Options, optional
        How it is used; default all effects on, differential.
    seed : int, default 0
        Root of all randomness.
    path : tuple of str or int
        Name of the tile below the root.
    largest : float or array, shape (columns,), optional
        Weights that the full range holds; default the largest ones that there are.
    precision : {"float32", "float64"}
        Of dense reads; spikes are always read in float64.

    Raises
    ------
    ValidationError, CapacityError
        If a weight cannot be kept, or the tile is too large.

    Examples
    --------
    >>> from neuro.hardware_configs import load_target
    >>> from neuro.backends.crossbar.hardware import hardware_from
    >>> ideal = hardware_from(load_target("crossbar_ideal"))
    >>> Tile([[1.0, -2.0], [0.5, 4.0]], ideal).events([0, 1]).tolist()
    [1.5, 2.0]
    """

    def __init__(
        self,
        weights: ArrayLike,
        hardware: Hardware,
        options: Options | None = None,
        *,
        seed: int = 0,
        path: tuple[str | int, ...] = (),
        largest: ArrayLike | None = None,
        precision: str = "float32",
    ) -> None:
        options = options or Options()
        where = " ".join(["tile", *map(repr, path)])
        matrix = checked_weights(weights, options.mapping, f"{where}.weights")
        self.options = options
        self.hardware = with_effects(hardware, options)
        self.precision = np.dtype(precision)
        if largest is None:
            largest = largest_weights(matrix, by=options.scale_by)
        self.mapping = make_mapping(
            largest,
            matrix.shape[1],
            kind=options.mapping,
            g_min=hardware.g_min,
            g_max=hardware.g_max,
            levels=options.levels,
        )
        _check_size(matrix.shape[0], self.mapping, options, where)
        self.array = Array(self.mapping.targets(matrix), self.hardware, seed, path)
        self.array.heat(options.temperature)
        if options.age:
            self.array.age(options.age)
        self._gain = gain(self.hardware)
        self._states: dict[int, ReadState] = {}
        self._dense: dict[int, tuple[NDArray[Any], Devices | None]] = {}

    @property
    def weights(self) -> FloatArray:
        """Weights as they are read without white noise and wires, shape (rows, columns)."""
        return self.mapping.weights(self.array.conductance)

    def weights_at(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Return some weights as they are read without white noise and wires."""
        conductance, devices = self.array.conductance, self.mapping.devices(columns)
        if self.mapping.kind == "differential":
            difference = conductance[rows, devices[0]] - conductance[rows, devices[1]]
        elif self.mapping.kind == "offset":
            difference = conductance[rows, devices[0]] - conductance[rows, -1]
        else:
            difference = conductance[rows, devices[0]] - self.mapping.g_min
        weights: FloatArray = difference * self.mapping.scale[columns]
        return weights

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the weights."""
        return self.array.shape[0], self.mapping.scale.size

    def effective_conductance(self) -> FloatArray:
        """Return what reads see, wires and conduction included, shape (rows, devices), uS."""
        return self._state(1).devices

    def mvm(
        self,
        inputs: ArrayLike,
        *,
        converter: Converter | None = None,
        dac: DacKind | None = None,
        read_noise: bool = True,
    ) -> NDArray[Any]:
        """Multiply inputs with the weights.

        Parameters
        ----------
        inputs : array, shape (rows,) or (batch, rows)
            In [-1, 1] if they are encoded: fractions of the longest pulse.
        converter : Converter, optional
            Of the column sums, in units of the weights; default exact.
        dac : {"pwm", "voltage", "bit_serial"}, optional
            How inputs are applied, with the hardware's `dac_bits`; default as they are, as pulses
            of any length.
        read_noise : bool, default True
            False leaves out the white noise.

        Returns
        -------
        array, shape (columns,) or (batch, columns)
            Of the tile's precision.
        """
        kind = self.precision if dac is None else np.float64
        vectors = np.atleast_2d(np.asarray(inputs, dtype=kind))
        if vectors.shape[-1] != self.shape[0]:
            shape, limit = np.shape(inputs), f"Vectors of {self.shape[0]} numbers, one for each row"
            raise ValidationError("inputs", f"shape {shape}", value=shape, limit=limit)
        if dac is None:
            sums = _converted(self._pulsed(vectors, noisy=read_noise), converter)
        else:
            code = encode(vectors, self.hardware.dac_bits, dac)
            read = self._amplitudes if dac == "voltage" else self._pulsed
            sums = sum(
                weight * _converted(read(plane, noisy=read_noise), converter)
                for plane, weight in zip(code.planes, code.weights, strict=True)
            )
        return sums[0] if np.ndim(inputs) == 1 else sums

    def events(self, rows: ArrayLike, *, read_noise: bool = True) -> FloatArray:
        """Return the sum of the weights in the rows that have a spike, shape (columns,).

        Parameters
        ----------
        rows : array of int
            Active rows, each at most once.
        read_noise : bool, default True
            False leaves out the white noise.
        """
        active = np.asarray(rows, dtype=np.int64)
        state = self._state(1)
        variance = state.variance if read_noise else None
        sums = noisy_sum(state.sums, variance, active, self.array.reads)
        return self._combined(sums, float(active.size))

    def change(
        self, rows: IntArray, columns: IntArray, old: FloatArray, new: FloatArray
    ) -> tuple[IntArray, float]:
        """Move weights by writing pulses.

        Parameters
        ----------
        rows, columns : array of int, shape (synapses,)
            Which, each at most once.
        old, new : array, shape (synapses,)
            Weights from and to which; devices move by the difference.

        Returns
        -------
        array of int, shape (devices,)
            Pulses of each device that changes.
        float
            Conductances, summed over devices and pulses, uS.
        """
        changes = self.mapping.changes(old, new, columns)
        devices = self.mapping.devices(columns)
        at = np.broadcast_to(rows, devices.shape)
        moving = changes != 0
        written = at[moving], devices[moving]
        pulses = self.array.change(*written, changes[moving])
        self._forget()
        return pulses, float(np.sum(pulses * self.array.programmed[written]))

    def row_conductance(self, rows: IntArray) -> float:
        """Return the conductance of some rows, summed over their devices, uS."""
        return float(self._state(1).rows[rows].sum())

    def age(self, time: float) -> None:
        """Go to a time since programming, ms."""
        self.array.age(time)
        self._forget()

    def heat(self, temperature: float) -> None:
        """Go to a temperature, K."""
        self.array.heat(temperature)
        self._forget()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return the state of all devices, as arrays by name."""
        return self.array.snapshot()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Become what a snapshot was taken of.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit.
        """
        if arrays["target"].shape != self.array.shape:
            raise ValueError("array target has another shape")
        self.array.restore(arrays)
        self._forget()

    def resume(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue from what the array's `progress` gave."""
        self.array.resume(arrays)
        self._forget()

    def save(self, path: str | Path) -> None:
        """Write the programmed tile to an HDF5 file, from which `load` continues bit for bit."""
        header = {
            "hardware": self.hardware.to_json(),
            "options": asdict(self.options),
            "precision": self.precision.name,
            "seed": self.array.seed,
            "path": list(self.array.path),
        }
        write_tile(Path(path), header, {"scale": self.mapping.scale, **self.snapshot()})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ResultError
            If the file is missing, foreign or damaged.
        """
        header, arrays = read_tile(Path(path))
        try:
            hardware = Hardware.from_json(header["hardware"])
            options = Options(**header["options"])
            mapping = Mapping(
                kind=options.mapping,
                scale=arrays["scale"],
                g_min=hardware.g_min,
                g_max=hardware.g_max,
                levels=options.levels,
            )
            blank = np.zeros((arrays["target"].shape[0], mapping.scale.size))
            tile = cls(
                blank,
                hardware,
                replace(options, age=0.0),
                seed=int(header["seed"]),
                path=tuple(header["path"]),
                precision=str(header["precision"]),
            )
            tile.options, tile.mapping = options, mapping
            tile.restore(arrays)
        except HDF5_ERRORS as error:
            raise ResultError(f"tile file {str(path)!r}", f"damaged ({error})") from error
        return tile

    def _pulsed(self, vectors: NDArray[Any], *, noisy: bool) -> NDArray[Any]:
        """Read with pulses of one height, whose length and polarity are the inputs."""
        if self.hardware.iv.symmetric:
            return self._product(vectors, 1, noisy=noisy)
        positive = self._product(np.maximum(vectors, 0.0), 1, noisy=noisy)
        both: NDArray[Any] = positive + self._product(np.minimum(vectors, 0.0), -1, noisy=noisy)
        return both

    def _product(self, vectors: NDArray[Any], polarity: int, *, noisy: bool) -> NDArray[Any]:
        inputs = vectors.astype(self.precision, copy=False)
        if polarity not in self._dense:
            self._dense[polarity] = self._weighted(self._state(polarity))
        sums, devices = self._dense[polarity]
        if devices is None or not noisy:
            product: NDArray[Any] = inputs @ sums
        else:
            product = noisy_product(inputs, devices, self.array.reads)
        if self.mapping.kind == "differential":
            return product
        return self._combined(product, inputs.sum(axis=1, keepdims=True))

    def _weighted(self, state: ReadState) -> tuple[NDArray[Any], Devices | None]:
        """Return what dense reads multiply with, in units of the weights where pairs allow it."""
        scale = self.mapping.scale if self.mapping.kind == "differential" else np.ones(1)
        sums = (state.sums * scale).astype(self.precision)
        if state.variance is None:
            return sums, None
        return sums, Devices.of(sums, (state.variance * scale**2).astype(self.precision))

    def _amplitudes(self, vectors: FloatArray, *, noisy: bool) -> NDArray[Any]:
        """Read with pulses of one length, whose height and polarity are the inputs."""
        currents = voltage_currents(
            self.array.conductance, vectors, self.hardware, self.array.temperature
        )
        variance = self.array.read_variance() if noisy else None
        if variance is not None:
            spread = np.sqrt(np.square(vectors) @ variance)
            currents = currents + spread * self.array.reads.standard_normal(spread.shape)
        sums = self.mapping.combined(currents / self._gain, vectors.sum(axis=1, keepdims=True))
        return sums.astype(self.precision)

    def _combined(self, sums: NDArray[Any], inputs: Any) -> NDArray[Any]:
        """Return weighted sums from what `ReadState.sums` gives."""
        if self.mapping.kind == "differential":
            weighted: NDArray[Any] = sums * self.mapping.scale.astype(sums.dtype)
        else:
            weighted = self.mapping.combined(sums, inputs).astype(sums.dtype)
        return weighted

    def _state(self, polarity: int) -> ReadState:
        if polarity not in self._states:
            self._states[polarity] = self._computed(polarity)
        return self._states[polarity]

    def _computed(self, polarity: int) -> ReadState:
        conductance, variance = self.array.conductance, self.array.read_variance()
        devices = chord_conductance(
            conductance, self.hardware, self.array.temperature, polarity=polarity
        )
        devices = devices / self._gain
        if variance is not None:
            # A device that wires shield contributes less noise, as it contributes less current.
            share = np.divide(
                devices, conductance, where=conductance > 0, out=np.ones_like(devices)
            )
            variance = variance * share**2
        rows = self._gain * devices.sum(axis=1)
        if self.mapping.kind != "differential":
            return ReadState(devices, devices, variance, rows)
        pairs = None if variance is None else variance[:, 0::2] + variance[:, 1::2]
        return ReadState(devices, devices[:, 0::2] - devices[:, 1::2], pairs, rows)

    def _forget(self) -> None:
        self._states.clear()
        self._dense.clear()


def _converted(sums: NDArray[Any], converter: Converter | None) -> NDArray[Any]:
    if converter is None:
        return sums
    values: NDArray[Any] = converter.convert(sums).astype(sums.dtype)
    return values


def _check_size(rows: int, mapping: Mapping, options: Options, where: str) -> None:
    columns = mapping.device_columns
    if rows > options.tile_rows or columns > options.tile_columns:
        raise CapacityError(
            where,
            f"{rows} x {columns} devices",
            value=(rows, columns),
            limit=f"A tile has {options.tile_rows} rows and {options.tile_columns} columns",
            hint="Split the weights with TileGrid, or choose larger tiles",
        )
