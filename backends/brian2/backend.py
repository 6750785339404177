"""The backend class: what Brian2 can represent, and compiling a plan for it."""

from importlib.util import find_spec
from typing import ClassVar

import numpy as np

from neuro.backend import Availability, Backend, Rung
from neuro.backends.brian2.equations import CELLS
from neuro.backends.brian2.network import separated
from neuro.backends.brian2.options import target_options
from neuro.check import CheckReport
from neuro.energy import EnergyReport, no_energy_model
from neuro.ir import Input, SynapseType
from neuro.notes import FidelityNote
from neuro.passes import check_language, unsupported
from neuro.plan import Plan, PlannedPopulation
from neuro.program import EngineProgram
from neuro.program.gather import trace_probes
from neuro.results import Result
from neuro.target import Capabilities, Target

REMEDY = 'needs Brian2. Install it with: pip install "neuro-spiking-memory[brian2]"'


class Brian2(Backend):
    """Brian2 on this computer."""

    name: ClassVar[str] = "brian2"
    default_target: ClassVar[str] = "brian2"

    @classmethod
    def availability(cls) -> Availability:
        """Say whether the package is installed, without loading it."""
        if find_spec("brian2") is None:
            return Availability(available=False, detail=REMEDY)
        return Availability(available=True, detail="Brian2, at runtime or as a C++ program")

    def capabilities(self, target: Target) -> Capabilities:
        """Describe what is written in Brian2's language: everything under `exact`."""
        return Capabilities(
            semantics=frozenset({"exact"}),
            cells=frozenset(CELLS),
            synapses=frozenset(kind.__name__ for kind in SynapseType.__args__),
            inputs=frozenset(kind.__name__ for kind in Input.__args__),
            unsaved="Brian2 keeps state in objects of its own",
        )

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Build the network in Brian2."""
        from neuro.backends.brian2.engine import RuntimeEngine, StandaloneEngine

        options = target_options(target)
        probes = trace_probes(plan)
        engine = (
            StandaloneEngine(plan, probes)
            if options.mode == "standalone"
            else RuntimeEngine(plan, probes, options.codegen)
        )
        return EngineProgram(plan, target, engine, _notes(plan))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List the parts of the network that are not offered; there are no other limits."""
        target_options(target)
        able = self.capabilities(target)
        notes = [] if unsupported(plan.network, plan.semantics, able) else _notes(plan)
        return check_language(plan, target, able, notes)

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Refuse: how much energy this computer takes is not modelled."""
        raise no_energy_model(target)

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """Return none: Brian2 computes in double precision, as the CPU does."""
        return ()


def _notes(plan: Plan) -> list[FidelityNote]:
    return [note for item in plan.populations for note in _population_notes(item)]


def _population_notes(item: PlannedPopulation) -> list[FidelityNote]:
    if CELLS[item.cell].method == "rk4":
        return [
            FidelityNote(
                where=f"population {item.name!r}.cell",
                requested="exact integration on the grid",
                stored="Runge-Kutta of fourth order",
                relative_error=None,
                unit="",
                reason="Brian2 has no exact integrator for conductances.",
            )
        ]
    notes = []
    for name, values in separated(item).items():
        asked, kept = np.broadcast_arrays(item.parameters[name], values)
        worst = int(np.argmax(np.abs(kept - asked)))
        if kept.flat[worst] != asked.flat[worst]:
            requested, stored = float(asked.flat[worst]), float(kept.flat[worst])
            notes.append(
                FidelityNote(
                    where=f"population {item.name!r}.{name}",
                    requested=requested,
                    stored=stored,
                    relative_error=abs(stored - requested) / requested,
                    unit="ms",
                    reason="Brian2 divides by the difference from tau_m.",
                )
            )
    return notes


BACKEND = Brian2
