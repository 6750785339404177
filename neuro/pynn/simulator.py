"""The one simulation that PyNN's interface drives: what was built, how far it has run.

PyNN's functions take no simulation as an argument, so that there is one for the whole module, as
in every backend of PyNN.
"""

import re
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN import common, errors

from neuro.backend import Backend, Program
from neuro.errors import CheckError, UnsupportedError
from neuro.hardware_configs import load_target
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.pynn.lowering import driven, network_of, simplest
from neuro.pynn_export import Conventions, conventions_of
from neuro.registry import load_backend
from neuro.results import Result, SpikeTrains
from neuro.run import lower_for
from neuro.target import Target

name = "neuro"

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_.>+-]")
"""What the name of a population cannot hold."""


class ID(int, common.IDMixin):
    """One neuron, by its number."""


class State(common.control.BaseState):
    """Everything that the functions of the module share."""

    def __init__(self) -> None:
        """Start without a network, on the CPU."""
        super().__init__()
        self.mpi_rank = 0
        self.num_processes = 1
        self.id_counter = 0
        self.clear()
        self.choose("cpu", None, None, seed=0)
        self.time_grid(0.1, "auto", "auto")

    # --- what was chosen ---------------------------------------------------------------------

    def choose(
        self, backend: str, target: str | Target | None, semantics: str | None, *, seed: int
    ) -> None:
        """Choose where the network runs; see `neuro.pynn.control.setup`."""
        chosen = load_backend(backend)
        asked = chosen.default_target if target is None else target
        hardware = load_target(asked) if isinstance(asked, str) else asked
        offered = chosen.capabilities(hardware).semantics
        default = "exact" if "exact" in offered else min(offered)
        self.backend: Backend = chosen
        self.target: Target = hardware
        self.semantics: str = default if semantics is None else semantics
        self.seed = seed
        self.conventions: Conventions = conventions_of("spiNNaker" if self.on_spinnaker else "nest")

    @property
    def on_spinnaker(self) -> bool:
        """Whether scripts mean what they mean to sPyNNaker, not to PyNN's other simulators."""
        return self.backend.name == "spinnaker"

    def time_grid(self, dt: float, min_delay: float | str, max_delay: float | str) -> None:
        """Set the time step and the shortest and longest delay, all in ms."""
        self.dt = float(dt)
        self.min_delay = self.dt if min_delay == "auto" else float(min_delay)
        self.max_delay = np.inf if max_delay == "auto" else float(max_delay)

    def choose_option(self, option: str, value: Any) -> None:
        """Change one option of the target, if it has it."""
        if option in self.target.options:
            self.structure_changed(f"{option}={value}")
            self.target = replace(self.target, options={**self.target.options, option: value})

    # --- what was built ----------------------------------------------------------------------

    def clear(self) -> None:
        """Forget the network."""
        self.recorders: set[Any] = set()
        self.write_on_end: list[Any] = []
        self.populations: list[Any] = []
        self.projections: list[Any] = []
        self.injections: list[tuple[Any, Any, NDArray[np.int64]]] = []
        self.width: int | None = None
        self._sources = 0
        self._names: set[str] = set()
        self.segment_counter = -1
        self.changed()
        self.reset()

    def unique_name(self, label: str) -> str:
        """Turn a label into the name of a population or projection that no other one has."""
        plain = _FORBIDDEN.sub("_", label.replace("→", "->")).lstrip(".>+-") or "unnamed"
        found, number = plain, 1
        while found in self._names:
            number += 1
            found = f"{plain}_{number}"
        self._names.add(found)
        return found

    def next_source(self) -> int:
        """Return the number of a new current source, by which its noise is drawn."""
        self._sources += 1
        return self._sources

    def changed(self) -> None:
        """Note that a number of the network changed: the plan is made anew before the next step."""
        self._plan: Plan | None = None

    def structure_changed(self, what: str) -> None:
        """Note that a part is added or removed.

        Raises
        ------
        RuntimeError
            If the network runs: parts can be added before the first run and after `reset`.
        """
        if self.running:
            raise RuntimeError(
                f"{what} at {self.t:g} ms: the network can be extended before the first run and "
                "after reset()"
            )
        self.changed()

    # --- running -----------------------------------------------------------------------------

    @property
    def t(self) -> float:
        """Time reached, ms."""
        return self.step * self.dt

    def reset(self) -> None:
        """Return to time zero; the network stays."""
        self.running = False
        self.t_start = 0
        self.step = 0
        self.segment_counter += 1
        self._program: Program | None = None
        self._drive: dict[str, NDArray[np.float64]] = {}
        self._result: Result | None = None

    def run_until(self, tstop: float) -> None:
        """Run on to a time in ms, in one piece for each value of the injected currents."""
        last = round(tstop / self.dt)
        while self.step < last:
            program = self._prepared()
            self.running = True
            changes = (source.next_change(self.step) for source, _, _ in self.injections)
            stop = min(last, *changes) if self.injections else last
            program.run((stop - self.step) * self.dt)
            self.step = stop
            self._result = None
        self.running = True

    def _prepared(self) -> Program:
        """Return a program of the network as it is now, at the time reached."""
        if self._plan is None or self._program is None:
            self._renew()
        assert self._program is not None
        drive = self.injected()
        known = self._drive
        if any(not np.array_equal(drive[name], known.get(name, 0 * drive[name])) for name in drive):
            self._inject(self._program, drive)
        return self._program

    def _renew(self) -> None:
        """Make the program anew, after numbers of the network have changed or time was reset."""
        if self._plan is None:
            self._plan = self._lowered()
        program = self.backend.compile(self._plan, self.target)
        if self._program is not None:
            self._hand_over(self._program, program)
        self._program, self._drive = program, {}

    def _inject(self, program: Program, drive: dict[str, NDArray[np.float64]]) -> None:
        """Let currents flow, nA by population; offset currents of a new program if need be."""
        assert self._plan is not None
        if isinstance(program, EngineProgram) and program.takes_current:
            for population, current in drive.items():
                program.inject(population, simplest(current))
        else:
            later = self.backend.compile(driven(self._plan, drive), self.target)
            self._hand_over(program, later)
            self._program = later
        self._drive = drive

    def _lowered(self) -> Plan:
        network = network_of(self)
        try:
            _, _, plan = lower_for(
                network, self.backend.name, target=self.target, semantics=self.semantics
            )
        except UnsupportedError as error:
            raise errors.NoModelAvailableError(str(error)) from error
        except CheckError as error:
            if all(isinstance(issue, UnsupportedError) for issue in error.issues):
                raise errors.NoModelAvailableError(str(error)) from error
            raise
        return plan

    def injected(self) -> dict[str, NDArray[np.float64]]:
        """Return the injected current of each population that gets some, nA."""
        drive: dict[str, NDArray[np.float64]] = {}
        for source, population, indices in self.injections:
            current = drive.setdefault(population.name, np.zeros(population.size))
            current[indices] += source.amplitude_at(self.step)
        return drive

    def _hand_over(self, earlier: Program, later: Program) -> None:
        if not isinstance(earlier, EngineProgram) or not isinstance(later, EngineProgram):
            raise RuntimeError(
                f"backend {self.backend.name!r} cannot change a running network; change it before "
                "the first run or after reset()"
            )
        later.continue_from(earlier)

    # --- what was recorded -------------------------------------------------------------------

    def result(self) -> Result:
        """Return everything since time zero."""
        if self._program is None:
            self._renew()
        assert self._program is not None
        if self._result is None:
            self._result = self._marked(self._program.result())
        return self._result

    def _marked(self, result: Result) -> Result:
        """Say in the result what its network lacks to give these spikes again."""
        if not self.injections:
            return result
        names = sorted({type(source).__name__ for source, _, _ in self.injections})
        warning = f"currents that the script injects are not in the network: {', '.join(names)}"
        provenance = result.provenance
        warnings = (*provenance.warnings, warning)
        return replace(result, provenance=replace(provenance, warnings=warnings))

    def spikes(self, population: str) -> SpikeTrains:
        """Return the recorded spikes of a population."""
        return self.result().spikes[population]

    def trace(
        self, population: str, variable: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return times in ms, values of shape (samples, neurons), and neurons.

        Under `exact` the state at the time reached is a sample too, as with PyNN on NEST; under
        `tick` it is not, as on SpiNNaker.
        """
        trace = self.result().traces[population][variable]
        probe = next(
            item
            for item in self.result().network.probes
            if (item.population, item.variable) == (population, variable)
        )
        interval = 1 if probe.interval is None else round(probe.interval / self.dt)
        ends = self.semantics == "exact" and self.step % interval == 0
        if not ends or not isinstance(self._program, EngineProgram):
            return trace.times, trace.values, trace.indices
        now = self._program.present()[population][variable]
        times = np.append(trace.times, self.t)
        return times, np.vstack([trace.values, now]), trace.indices


state = State()
