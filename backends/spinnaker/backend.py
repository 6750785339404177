"""The backend class: what SpiNNaker can represent, and compiling a plan for its emulator."""

from dataclasses import replace
from typing import ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.backends.spinnaker.check import check_plan
from neuro.backends.spinnaker.energy import energy_report
from neuro.backends.spinnaker.hardware import hardware
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.limits import CAPABILITIES
from neuro.backends.spinnaker.make import make_emulator, native_detail
from neuro.backends.spinnaker.options import target_options
from neuro.backends.spinnaker.rungs import machine_rungs
from neuro.check import CheckReport
from neuro.energy import EnergyReport
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.target import Capabilities, Target


class SpiNNaker(Backend):
    """The fixed-point machine, emulated on this computer."""

    name: ClassVar[str] = "spinnaker"
    default_target: ClassVar[str] = "spinnaker_spin5"

    @classmethod
    def availability(cls) -> Availability:
        """Say which kernels run; some always do."""
        native = native_detail()
        if native is not None:
            return Availability(available=True, detail=f"emulator, compiled kernels, {native}")
        detail = "emulator, NumPy reference: the compiled kernels were not built, for want of a "
        return Availability(available=True, detail=f"{detail}C++ compiler")

    def capabilities(self, target: Target) -> Capabilities:
        """Describe what is emulated: the cells and rules that were verified on the machine."""
        return CAPABILITIES

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Make a program that is ready to run.

        Raises
        ------
        UnsupportedError, CapacityError, CheckError
            If the machine refuses the plan; with option `strict` also if a defect touches it.
        """
        options = target_options(target)
        layout = lay_out(plan, options)
        kept = _without_numbers(plan)
        layout = replace(layout, plan=kept)
        engine = make_emulator(layout, options, hardware(target), kernels=target.kernels)
        return EngineProgram(kept, target, engine, layout.notes)

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """Compare a plan with every limit of the machine; see `check_plan`."""
        return check_plan(plan, target, target_options(target))

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Account for the energy of a run on three bases; see `energy_report`."""
        options = target_options(target)
        return energy_report(
            lay_out(plan, options),
            target,
            result.counters,
            result.duration,
            time_scale_factor=options.time_scale_factor,
        )

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """List what separates the machine from real numbers; see `machine_rungs`."""
        return machine_rungs(plan, target, self.compile)


def _without_numbers(plan: Plan) -> Plan:
    """Leave out the weights and delays, which the layout holds in the machine's form."""
    return replace(
        plan,
        projections=tuple(
            replace(item, weights=None, delays=None, delay_steps=None) for item in plan.projections
        ),
    )
