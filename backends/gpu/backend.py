"""The backend class: what runs on PyTorch, and putting a plan on its device."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from neuro.backend import Availability, Backend, Rung
from neuro.check import CheckReport
from neuro.energy import EnergyReport, no_energy_model
from neuro.engine import build
from neuro.errors import (
    NeuroError,
    UnavailableError,
    ValidationError,
    raise_all,
    suggestion,
)
from neuro.passes import check_language, precision_notes, whole_language
from neuro.plan import Plan
from neuro.program import EngineProgram
from neuro.results import Result
from neuro.target import Capabilities, Target

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")


class GPU(Backend):
    """PyTorch, on a CUDA device or on this computer."""

    name: ClassVar[str] = "gpu"
    default_target: ClassVar[str] = "gpu"

    @classmethod
    def availability(cls) -> Availability:
        """Say whether PyTorch is installed, without loading it."""
        if find_spec("torch") is None:
            detail = 'needs PyTorch. Install it with: pip install "neuro-spiking-memory[torch]"'
            return Availability(available=False, detail=detail)
        return Availability(available=True, detail="PyTorch, on CUDA or on this computer")

    def capabilities(self, target: Target) -> Capabilities:
        """Describe the whole language."""
        return whole_language()

    def compile(self, plan: Plan, target: Target) -> EngineProgram:
        """Put the network on the device.

        Raises
        ------
        UnavailableError
            If CUDA is asked for and there is no such device.
        """
        import torch

        from neuro.backends.gpu.engine import TorchEngine
        from neuro.backends.gpu.network import tensors

        device = device_of(target)
        dtype = torch.float64 if target.precision == "float64" else torch.float32
        engine = TorchEngine(tensors(build(plan), device, dtype))
        return EngineProgram(plan, target, engine, precision_notes(target))

    def check(self, plan: Plan, target: Target) -> CheckReport:
        """List the parts of the network that are not offered; there are no other limits."""
        _device_name(target)
        return check_language(plan, target, self.capabilities(target), precision_notes(target))

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        """Refuse: how much energy this computer takes is not modelled."""
        raise no_energy_model(target)

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        """Return none: nothing is approximated but, in single precision, every number."""
        return ()


def device_of(target: Target) -> "torch.device":
    """Return the device that a target asks for.

    Raises
    ------
    ValidationError, CheckError
        If an option is wrong.
    UnavailableError
        If there is no such device.
    """
    import torch

    name = _device_name(target)
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise UnavailableError(
            f"target {target.name!r}.options.device",
            "no CUDA device is there",
            hint="Use device=cpu, or a PyTorch built for CUDA on a machine with a GPU",
        )
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def _device_name(target: Target) -> str:
    where = f"target {target.name!r}.options"
    issues: list[NeuroError] = [
        ValidationError(f"{where}.{name}", "is not known", limit=suggestion(name, ["device"]))
        for name in target.options
        if name != "device"
    ]
    name = target.options.get("device", "auto")
    if name not in DEVICES:
        limit = suggestion(str(name), DEVICES)
        issues.append(ValidationError(f"{where}.device", repr(name), value=name, limit=limit))
    raise_all(where, issues)
    return str(name)


BACKEND = GPU
