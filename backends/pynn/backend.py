"""The backend class: what PyNN's simulators can represent, and compiling a plan for them."""

from dataclasses import replace
from importlib.util import find_spec
from typing import ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.backends.pynn.engine import ScriptEngine, with_inputs
from neuro.backends.pynn.launch import check_launch
from neuro.check import CheckReport, refusal
from neuro.energy import EnergyReport
from neuro.errors import (
    NeuroError,
    UnavailableError,
    UnsupportedError,
    ValidationError,
    raise_all,
    suggestion,
)
from neuro.ir import Input, SynapseType
from neuro.notes import FidelityNote
from neuro.passes import unsupported
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.program.gather import trace_probes
from neuro.pynn_export import conventions_of
from neuro.pynn_export.obstacles import CELLS, obstacles
from neuro.results import Result
from neuro.target import Capabilities, Target

EXTRAS = {"nest": "nest", "brian2": "brian2"}
"""Simulators that run here, with the extra that installs each."""

PARALLEL = ("nest",)
"""Simulators that can share a network among processes, if they were built with MPI."""

TRACED = ("nest",)
"""Simulators whose samples are the state at the start of each step; PyNN's Brian2 gives others."""


class PyNN(Backend):
    """A PyNN simulator on this computer."""

    name: ClassVar[str] = "pynn"
    default_target: ClassVar[str] = "pynn_nest"

    @classmethod
    def availability(cls) -> Availability:
        """Say which simulators are installed, without loading one."""
        if find_spec("pyNN") is None:
            detail = 'needs PyNN. Install it with: pip install "neuro-spiking-memory[pynn,nest]"'
            return Availability(available=False, detail=detail)
        found = [name for name in EXTRAS if find_spec(name) is not None]
        if not found:
            detail = "needs a simulator. Install one with: "
            return Availability(
                available=False, detail=f'{detail}pip install "neuro-spiking-memory[pynn,nest]"'
            )
        return Availability(available=True, detail=f"scripts for pyNN.{', pyNN.'.join(found)}")

    def capabilities(self, target: Target) -> Capabilities:
        """Describe what PyNN's standard language has."""
        return Capabilities(
            semantics=frozenset({conventions_of(simulator_of(target)).semantics}),
            cells=frozenset(CELLS),
            synapses=frozenset(kind.__name__ for kind in SynapseType.__args__),
            inputs=frozenset(kind.__name__ for kind in Input.__args__),
            unsaved="A script runs from time zero to its end",
        )

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Make a program whose script is written when it runs.

        Raises
        ------
        UnavailableError
            If the simulator is not installed, or not with MPI where several processes are asked
            for.
        UnsupportedError, CheckError
            If the simulator cannot run the plan, or record what is probed; or if this process is
            itself one of several.
        """
        simulator, processes = options_of(target)
        if find_spec(simulator) is None:
            extra = EXTRAS[simulator]
            raise UnavailableError(
                f"target {target.name!r}",
                f"needs {simulator}",
                hint=f'Install it with: pip install "neuro-spiking-memory[pynn,{extra}]"',
            )
        raise_all(f"network {plan.network.name!r} on target {target.name!r}", _issues(plan, target))
        check_launch(f"target {target.name!r}", processes)
        engine = ScriptEngine(plan, simulator, processes)
        return EngineProgram(plan, target, engine, _notes(plan, simulator))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List what the simulator cannot run or record."""
        return CheckReport(
            network=plan.network.name,
            backend=self.name,
            target=target.name,
            findings=tuple(
                refusal(issue, "capabilities")
                for issue in (
                    unsupported(plan.network, plan.semantics, self.capabilities(target))
                    or _issues(plan, target)
                )
            ),
            remarks=tuple(str(note) for note in (*plan.notes, *_notes(plan, simulator_of(target)))),
        )

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Refuse: how much energy this computer takes is not modelled."""
        raise UnsupportedError(
            f"target {target.name!r}",
            "has no energy model",
            value=target.name,
            limit="Energy is accounted for on targets with coefficients, such as SpiNNaker boards",
            hint="Run the network with backend='spinnaker'",
        )

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """Return none: the simulators compute in double precision, as the CPU does."""
        return ()


def simulator_of(target: Target) -> str:
    """Return the simulator that a target asks for; see `options_of`."""
    return options_of(target)[0]


def options_of(target: Target) -> tuple[str, int]:
    """Return the simulator that a target asks for, and in how many processes.

    Raises
    ------
    ValidationError, CheckError
        If there is no simulator of that name, it does not run in so many processes, or there is
        another option.
    """
    where = f"target {target.name!r}.options"
    known = ["simulator", "processes"]
    issues: list[NeuroError] = [
        ValidationError(f"{where}.{name}", "is not known", limit=suggestion(name, known))
        for name in target.options
        if name not in known
    ]
    simulator = target.options.get("simulator", "nest")
    if simulator not in EXTRAS:
        limit = suggestion(str(simulator), EXTRAS)
        issues.append(
            ValidationError(f"{where}.simulator", repr(simulator), value=simulator, limit=limit)
        )
    processes = target.options.get("processes", 1)
    most = 1 if simulator in EXTRAS and simulator not in PARALLEL else None
    if not isinstance(processes, int) or processes < 1 or (most and processes > most):
        limit = f"{simulator} runs in one process" if most else "A whole number from 1 on"
        issues.append(
            ValidationError(f"{where}.processes", f"{processes!r}", value=processes, limit=limit)
        )
    raise_all(where, issues)
    return str(simulator), int(processes)


def _issues(plan: Plan, target: Target) -> list[NeuroError]:
    """List what can be known before the inputs have fired."""
    simulator, processes = options_of(target)
    conventions = conventions_of(simulator)
    listed = replace(with_inputs(plan), inputs=plan.inputs)
    issues = obstacles(listed, conventions)
    issues += _shared(plan, processes)
    readable = conventions.recordables if conventions.name in TRACED else ()
    for probe in trace_probes(plan):
        if probe.variable not in readable:
            name = plan.populations[probe.population].name
            issues.append(
                UnsupportedError(
                    f"probe of {name!r}.variable",
                    f"{probe.variable!r} cannot be recorded on {conventions.module}",
                    value=probe.variable,
                    limit=f"On offer: {', '.join(sorted(readable)) or 'spikes alone'}",
                )
            )
    return issues


def _shared(plan: Plan, processes: int) -> list[UnsupportedError]:
    """List what NEST cannot share: PyNN sets constants of plastic synapses after connecting."""
    return [
        UnsupportedError(
            f"projection {item.name!r}.synapse",
            f"cannot learn in {processes} processes: PyNN's NEST does not set its constants there",
            value=processes,
            limit="In several processes synapses are static",
            hint="Set processes = 1",
        )
        for item in plan.projections
        if item.plasticity is not None and processes > 1
    ]


def _notes(plan: Plan, simulator: str) -> list[FidelityNote]:
    """Say what NEST leaves for later: post spikes change a weight when the next pre spike comes."""
    return [
        FidelityNote(
            where=f"projection {item.name!r}.weight",
            requested="after all spikes",
            stored="as of the last spike of each source",
            relative_error=None,
            unit="",
            reason="NEST takes post spikes in at the next pre spike; spikes are not changed.",
        )
        for item in plan.projections
        if item.plasticity is not None and simulator == "nest"
    ]


BACKEND = PyNN
