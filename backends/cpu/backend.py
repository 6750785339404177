"""The backend class: what the CPU can represent, and compiling a plan for it."""

from typing import ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.check import CheckReport, refusal
from neuro.energy import EnergyReport
from neuro.engine import build, make_engine, native_detail
from neuro.errors import UnsupportedError
from neuro.ir import CellType, Input, SynapseType
from neuro.notes import FidelityNote
from neuro.passes import unsupported
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
        return Capabilities(
            semantics=frozenset({"exact", "tick"}),
            cells=frozenset(kind.__name__ for kind in CellType.__args__),
            synapses=frozenset(kind.__name__ for kind in SynapseType.__args__),
            inputs=frozenset(kind.__name__ for kind in Input.__args__),
        )

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Make a program that is ready to run."""
        engine = make_engine(build(plan), precision=target.precision, kernels=target.kernels)
        return EngineProgram(plan, target, engine, _precision_notes(target))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List the parts of the network that are not offered; there are no other limits."""
        gaps = unsupported(plan.network, plan.semantics, self.capabilities(target))
        return CheckReport(
            network=plan.network.name,
            backend=self.name,
            target=target.name,
            findings=tuple(refusal(gap, "capabilities") for gap in gaps),
            remarks=tuple(str(note) for note in (*plan.notes, *_precision_notes(target))),
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
        """Return none: nothing is approximated but, in single precision, every number."""
        return ()


def _precision_notes(target: Target) -> list[FidelityNote]:
    if target.precision == "float64":
        return []
    return [
        FidelityNote(
            where=f"target {target.name!r}.precision",
            requested="float64",
            stored=target.precision,
            relative_error=2.0**-24,
            unit="",
            reason="State and weights are rounded to 24 bits at every operation.",
        )
    ]
