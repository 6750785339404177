"""The backend class: what the CPU can represent, and compiling a plan for it."""

from typing import ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.check import CheckReport
from neuro.energy import EnergyReport, no_energy_model
from neuro.engine import build, make_engine, native_detail
from neuro.passes import check_language, precision_notes, whole_language
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.target import Capabilities, Target


class CPU(Backend):
    """The engine on this computer."""

    name: ClassVar[str] = "cpu"
    default_target: ClassVar[str] = "cpu"

    @classmethod
    def availability(cls) -> Availability:
        """Say which kernels run; some always do."""
        native = native_detail()
        if native is not None:
            return Availability(available=True, detail=f"compiled kernels, {native}")
        detail = "NumPy reference: the compiled kernels were not built, for want of a C++ compiler"
        return Availability(available=True, detail=detail)

    def capabilities(self, target: Target) -> Capabilities:
        """Describe the whole language: nothing is approximated but the time grid."""
        return whole_language()

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Make a program that is ready to run."""
        engine = make_engine(build(plan), precision=target.precision, kernels=target.kernels)
        return EngineProgram(plan, target, engine, precision_notes(target))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List the parts of the network that are not offered; there are no other limits."""
        return check_language(plan, target, self.capabilities(target), precision_notes(target))

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Refuse: how much energy this computer takes is not modelled."""
        raise no_energy_model(target)

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """Return none: nothing is approximated but, in single precision, every number."""
        return ()
