"""The backend class: what is offered, and how a plan becomes a program."""

from typing import ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.check import CheckReport, refusal
from neuro.energy import EnergyReport
from neuro.errors import UnsupportedError
from neuro.passes import unsupported
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.target import Capabilities, Target
from neuro_backend_units.engine import UnitsEngine


class Units(Backend):
    """Binary threshold units."""

    name: ClassVar[str] = "units"
    default_target: ClassVar[str] = "units"

    @classmethod
    def availability(cls) -> Availability:
        """Say that it always runs: it needs nothing that neuro does not need."""
        return Availability(available=True, detail="threshold units, SciPy")

    def capabilities(self, target: Target) -> Capabilities:
        """Describe what is offered; whatever else a network has is refused before it runs."""
        return Capabilities(
            semantics=frozenset({"exact", "tick"}),
            cells=frozenset({"BinaryThresholdUnit"}),
            synapses=frozenset({"Static"}),
            inputs=frozenset({"SpikeArray", "Poisson"}),
        )

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Make a program that is ready to run."""
        return EngineProgram(plan, target, UnitsEngine(plan))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List the parts of the network that are not offered; there are no other limits."""
        gaps = unsupported(plan.network, plan.semantics, self.capabilities(target))
        return CheckReport(
            network=plan.network.name,
            backend=self.name,
            target=target.name,
            findings=tuple(refusal(gap, "capabilities") for gap in gaps),
            remarks=tuple(str(note) for note in plan.notes),
        )

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Refuse: there is no energy model."""
        raise UnsupportedError(f"target {target.name!r}", "has no energy model", value=target.name)

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """Return none: nothing is approximated."""
        return ()
