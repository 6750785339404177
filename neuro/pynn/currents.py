"""Injected currents: constant from one grid point to the next, added to the offset current.

A value that a source has at a grid point acts during the step that starts there.
"""

import math
from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN.parameters import ParameterSpace, Sequence
from pyNN.standardmodels import StandardCurrentSource
from pyNN.standardmodels import electrodes as standard

from neuro.pynn.cells import identity
from neuro.pynn.lowering import FOREVER
from neuro.pynn.simulator import state
from neuro.seeds import stream

NEVER = 2**62
"""A step that no run reaches."""


class CurrentSource(StandardCurrentSource):
    """What the four sources share."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        self._values: dict[str, Any] = {}
        self.set_native_parameters(self.native_parameters)
        self._number = state.next_source()

    @property
    def constant(self) -> bool:
        """Whether the current is the same from the first step of a run to the last."""
        return self.next_change(0) * float(state.dt) >= FOREVER

    @abstractmethod
    def amplitude_at(self, step: int) -> float:
        """Return the current from this step's start to its end, nA."""

    @abstractmethod
    def next_change(self, step: int) -> int:
        """Return the first later step at which the current can be another one."""

    def _check(self) -> None:
        """Refuse parameters that make no course of a current."""

    def inject_into(self, cells: Any) -> None:
        """Inject the current into neurons.

        Parameters
        ----------
        cells : Population, PopulationView, Assembly or list of ID
            Where.
        """
        neurons = list(cells.all_cells if hasattr(cells, "all_cells") else cells)
        if any(not cell.celltype.injectable for cell in neurons):
            raise TypeError("Can't inject current into a spike source.")
        for population in dict.fromkeys(cell.parent for cell in neurons):
            indices = [
                population.id_to_index(cell) for cell in neurons if cell.parent is population
            ]
            state.injections.append((self, population, np.array(indices)))

    def set_native_parameters(self, parameters: ParameterSpace) -> None:
        """Change parameters; they hold from the time reached on."""
        parameters.shape = (1,)
        parameters.evaluate(simplify=True)
        self._values.update(parameters.items())
        self._check()

    def get_native_parameters(self) -> ParameterSpace:
        """Return the parameters."""
        return ParameterSpace(dict(self._values), shape=(1,))

    def get_parameters(self) -> dict[str, Any]:
        """Return the parameters as plain numbers and sequences."""
        return dict(self._values)

    def record(self) -> None:
        """Do nothing: `get_data` returns the current of every source, recorded or not."""

    def _get_data(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        steps = range(state.step + 1)
        times = np.arange(state.step + 1, dtype=np.float64) * state.dt
        return times, np.array([self.amplitude_at(step) for step in steps])

    def _number_of(self, name: str) -> float:
        return float(self._values[name])

    def _step_of(self, name: str) -> int:
        """Return the step nearest to a time."""
        return min(round(self._number_of(name) / state.dt), NEVER)


class _Pulse(CurrentSource):
    """A source with a start and a stop."""

    def amplitude_at(self, step: int) -> float:
        """Return the current of a step, nA; zero outside of start and stop."""
        return self._inside(step) if self._step_of("start") <= step < self._step_of("stop") else 0.0

    def next_change(self, step: int) -> int:
        """Return the first later step at which the current can be another one."""
        start, stop = self._step_of("start"), self._step_of("stop")
        if step < start:
            return start
        return min(stop, self._next_inside(step)) if step < stop else NEVER

    @abstractmethod
    def _inside(self, step: int) -> float:
        """Return the current of a step between start and stop, nA."""

    def _next_inside(self, step: int) -> int:
        return step + 1


class DCSource(_Pulse, standard.DCSource):
    """A pulse of `amplitude` nA from `start` to `stop`, ms."""

    translations = identity(standard.DCSource)

    def _inside(self, step: int) -> float:
        return self._number_of("amplitude")

    def _next_inside(self, step: int) -> int:
        return NEVER


class ACSource(_Pulse, standard.ACSource):
    """A sine of `amplitude` nA about `offset`; at `start` it has `phase` degrees."""

    translations = identity(standard.ACSource)

    def _inside(self, step: int) -> float:
        seconds = (step * state.dt - self._number_of("start")) / 1000.0
        turns = seconds * self._number_of("frequency") + self._number_of("phase") / 360.0
        sine = math.sin(2.0 * math.pi * turns)
        return self._number_of("offset") + self._number_of("amplitude") * sine


class NoisyCurrentSource(_Pulse, standard.NoisyCurrentSource):
    """Gaussian noise, drawn anew every ``dt``, the same for all neurons that it is injected into.

    Parameters
    ----------
    mean, stdev : float, nA
        Moments.
    start, stop : float, ms
        When.
    dt : float, ms
        Interval of the draws, default the time step.
    rng : object, optional
        PyNN's argument, which is not used: the numbers depend on the seed of `setup` and on the
        order in which sources are made.
    """

    translations = identity(standard.NoisyCurrentSource)

    def __init__(self, rng: Any = None, **parameters: Any) -> None:
        super().__init__(**{"dt": state.dt, **parameters})

    def _inside(self, step: int) -> float:
        number = (step - self._step_of("start")) // self._interval()
        rng = stream(state.seed, "current", self._number, number)
        return float(rng.normal(self._number_of("mean"), self._number_of("stdev")))

    def _next_inside(self, step: int) -> int:
        passed = step - self._step_of("start")
        return step + self._interval() - passed % self._interval()

    def _interval(self) -> int:
        return max(1, self._step_of("dt"))


class StepCurrentSource(CurrentSource, standard.StepCurrentSource):
    """A current that becomes each of `amplitudes`, nA, at one of `times`, ms; zero before."""

    translations = identity(standard.StepCurrentSource)

    def _check(self) -> None:
        times, amplitudes = self._list("times"), self._list("amplitudes")
        if times.size != amplitudes.size:
            raise ValueError(f"{times.size} times and {amplitudes.size} amplitudes")
        if times.size and times.min() < 0:
            raise ValueError(f"a step of the current at {times.min():g} ms, before 0")
        if np.any(np.diff(times) <= 0):
            raise ValueError("the times of a step current must rise")

    def amplitude_at(self, step: int) -> float:
        """Return the current of a step, nA; zero before the first time."""
        position = int(np.searchsorted(self._steps(), step, side="right")) - 1
        return float(self._list("amplitudes")[position]) if position >= 0 else 0.0

    def next_change(self, step: int) -> int:
        """Return the first later step at which the current can be another one."""
        later = self._steps()[self._steps() > step]
        return int(later[0]) if later.size else NEVER

    def _steps(self) -> NDArray[np.int64]:
        steps: NDArray[np.int64] = np.rint(self._list("times") / state.dt).astype(np.int64)
        return steps

    def _list(self, name: str) -> NDArray[np.float64]:
        value = self._values[name]
        return np.asarray(value.value if isinstance(value, Sequence) else value, dtype=float)
