"""The backend class: what the CPU can represent, and compiling a plan for it."""

from typing import ClassVar

from neuro.backend import Availability, Backend
from neuro.backends.cpu.program import CPUProgram
from neuro.engine import native_detail
from neuro.ir import CellType, Input, SynapseType
from neuro.plan import Plan
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

    def compile(self, plan: Plan, target: Target) -> CPUProgram:
        """Make a program that is ready to run."""
        return CPUProgram(plan, target)
