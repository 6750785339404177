"""One physical array: devices that were programmed, may be stuck, age, warm up, and are read.

Order of effects (specs, crossbar_nladc section 3.2): target, write error, stuck devices, drift to
the present age, temperature, 1/f and telegraph noise; white noise in each read. Every effect has a
random stream of its own, so that switching one off does not change the others.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.backends.crossbar.devices import NoDrift, NoFlicker, NoTelegraph
from neuro.backends.crossbar.devices.stuck import FREE, stuck_devices, with_stuck
from neuro.backends.crossbar.devices.thermal import arrhenius, thermal_sigma
from neuro.backends.crossbar.generators import generator_from, generator_state
from neuro.backends.crossbar.hardware import Hardware
from neuro.errors import CapacityError, ValidationError
from neuro.seeds import stream

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Array:
    """Devices in rows and columns, programmed once and then read, aged and written.

    Parameters
    ----------
    target : array, shape (rows, columns), uS
        To what they are programmed.
    hardware : Hardware
        What they are.
    seed : int
        Root of all randomness.
    path : tuple of str or int
        Name of the array below the root.

    Raises
    ------
    CapacityError, ValidationError
        If the array is too small, or a target is no conductance.

    Notes
    -----
    The age is that of the array: devices that learning changes do not start to drift anew.
    """

    def __init__(
        self,
        target: FloatArray,
        hardware: Hardware,
        seed: int,
        path: tuple[str | int, ...] = (),
    ) -> None:
        _check_targets(target, hardware)
        self.hardware, self.target = hardware, target
        self.seed, self.path = seed, path
        uniform = self._stream("stuck").random(target.shape)
        normal = self._stream("programming").standard_normal(target.shape)
        written = hardware.programming.programmed(target, normal)
        self.stuck = stuck_devices(uniform, hardware.stuck_off, hardware.stuck_on)
        self.programmed = with_stuck(written, self.stuck, hardware.g_min, hardware.g_max)
        self.temperature, self.time = hardware.temperature, 0.0
        self._drift = self._normal("drift", isinstance(hardware.drift, NoDrift))
        self._upper = hardware.telegraph.start(self._stream("telegraph").random(target.shape))
        self._reads, self._writes = self._stream("reads"), self._stream("writes")
        self._epoch = 0
        self._flicker = self._new_flicker()
        self._present: FloatArray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self.target.shape

    @property
    def conductance(self) -> FloatArray:
        """Present conductances without white noise, shape (rows, columns), uS."""
        if self._present is None:
            self._present = self._conductance()
        return self._present

    def read_variance(self) -> FloatArray | None:
        """Return the variance of one read of each device, uS^2; None if there is no noise."""
        hardware, conductance = self.hardware, self.conductance
        variance: FloatArray = hardware.read_noise.sigma(conductance) ** 2
        if hardware.thermal_noise:
            variance = variance + (
                thermal_sigma(conductance, self.temperature, hardware.clock, hardware.v_read) ** 2
            )
        return variance if np.any(variance) else None

    @property
    def reads(self) -> np.random.Generator:
        """The stream of white noise."""
        return self._reads

    def begin_stream(self, *name: str | int) -> None:
        """Start streams of white noise and of writes of that name, below the array's own."""
        self._reads, self._writes = self._stream("reads", *name), self._stream("writes", *name)

    def age(self, time: float) -> None:
        """Go to a time since programming, ms; 1/f noise is another one then.

        Raises
        ------
        ValidationError
            If it lies in the past.
        """
        if not time >= self.time:
            raise ValidationError(
                "age", f"{time:g} ms", value=time, limit=f"The array is {self.time:g} ms old"
            )
        uniform = self._stream("telegraph", self._epoch + 1).random(self.shape)
        self._upper = self.hardware.telegraph.after(self._upper, uniform, time - self.time)
        self.time = time
        self._epoch += 1
        self._flicker = self._new_flicker()
        self._present = None

    def heat(self, temperature: float) -> None:
        """Go to a temperature, K."""
        if not temperature > 0:
            problem = f"{temperature:g} K"
            raise ValidationError("temperature", problem, value=temperature, limit="Positive")
        self.temperature = temperature
        self._present = None

    def change(self, rows: IntArray, columns: IntArray, change: FloatArray) -> IntArray:
        """Change devices as learning does, and return how many pulses each took.

        Parameters
        ----------
        rows, columns : array of int, shape (devices,)
            Which, each at most once.
        change : array, shape (devices,), uS
            By how much; devices stay in their range, and stuck ones where they are.
        """
        hardware, place = self.hardware, (rows, columns)
        moved, pulses = hardware.write.changed(self.programmed[place], change, self._writes)
        free = (self.stuck[place] == FREE) & (pulses > 0)
        low = np.minimum(hardware.g_min, self.programmed[place])
        high = np.maximum(hardware.g_max, self.programmed[place])
        kept = np.where(free, np.clip(moved, low, high), self.programmed[place])
        self.programmed[place] = kept
        if self._present is not None:
            self._present[place] = self._conductance(place)
        return pulses

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return everything that makes this array, as arrays by name."""
        return {
            "target": self.target,
            "programmed": self.programmed,
            "stuck": self.stuck,
            "upper": self._upper,
            "drift": self._drift,
            "flicker": self._flicker,
            "state": np.array([self.time, self.temperature, self._epoch]),
            "reads": generator_state(self._reads),
            "writes": generator_state(self._writes),
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Become what a snapshot was taken of, an array of the same hardware.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit.
        """
        shape = arrays["target"].shape
        for name in ("programmed", "stuck", "upper"):
            if arrays[name].shape != shape:
                raise ValueError(f"array {name} has another shape")
        self.target, self.programmed = arrays["target"].copy(), arrays["programmed"].copy()
        self.stuck, self._upper = arrays["stuck"].copy(), arrays["upper"].copy()
        self._drift, self._flicker = arrays["drift"].copy(), arrays["flicker"].copy()
        self.time, self.temperature, epoch = arrays["state"].tolist()
        self._epoch = int(epoch)
        self._reads = generator_from(arrays["reads"])
        self._writes = generator_from(arrays["writes"])
        self._present = None

    def progress(self, *, written: bool) -> dict[str, NDArray[Any]]:
        """Return what reads, and writes if there are any, change, as arrays by name."""
        arrays: dict[str, NDArray[Any]] = {"reads": generator_state(self._reads)}
        if written:
            arrays["programmed"] = self.programmed.copy()
            arrays["writes"] = generator_state(self._writes)
        return arrays

    def resume(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Continue from what `progress` gave.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or does not fit.
        """
        self._reads = generator_from(arrays["reads"])
        if "programmed" in arrays:
            if arrays["programmed"].shape != self.shape:
                raise ValueError("array programmed has another shape")
            self.programmed = arrays["programmed"].copy()
            self._writes = generator_from(arrays["writes"])
            self._present = None

    def _new_flicker(self) -> FloatArray:
        return self._normal("flicker", isinstance(self.hardware.flicker, NoFlicker), self._epoch)

    def _conductance(self, place: Any = ...) -> FloatArray:
        """Return present conductances, of all devices or some."""
        hardware = self.hardware
        target, value = self.target[place], self.programmed[place]
        if self._drift.size:
            value = hardware.drift.aged(value, target, self._drift[place], self.time)
        value = value * arrhenius(
            hardware.activation_energy, self.temperature, hardware.temperature
        )
        if self._flicker.size:
            sigma = hardware.flicker.sigma(value, target, self.time)
            value = value + sigma * self._flicker[place]
        if not isinstance(hardware.telegraph, NoTelegraph):
            value = value * hardware.telegraph.factor(self._upper[place])
        stuck = self.stuck[place]
        return with_stuck(np.maximum(0.0, value), stuck, hardware.g_min, hardware.g_max)

    def _stream(self, *name: str | int) -> np.random.Generator:
        return stream(self.seed, "crossbar", *self.path, *name)

    def _normal(self, name: str, absent: bool, *more: int) -> FloatArray:
        """Draw one number for each device, or none at all if nothing needs them."""
        return self._stream(name, *more).standard_normal((0, 0) if absent else self.shape)


def _check_targets(target: FloatArray, hardware: Hardware) -> None:
    rows, columns = target.shape
    if rows > hardware.array_rows or columns > hardware.array_columns:
        raise CapacityError(
            "array",
            f"{rows} x {columns} devices",
            value=target.shape,
            limit=f"Hardware {hardware.name!r} has {hardware.array_rows} rows and "
            f"{hardware.array_columns} columns",
            hint="Split the matrix over tiles",
        )
    if target.size and not np.all((target >= 0) & np.isfinite(target)):
        low, high = float(np.min(target)), float(np.max(target))
        problem = f"targets from {low:g} to {high:g} uS"
        raise ValidationError("array", problem, limit="Conductances are finite and not negative")
