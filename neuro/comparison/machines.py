"""Which machines are compared, as users name them: ``backend`` or ``backend:target``."""

from collections.abc import Sequence
from dataclasses import dataclass

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.hardware_configs import load_target
from neuro.registry import backend_class
from neuro.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One column of a comparison.

    Parameters
    ----------
    backend : str
        What runs it, or says why it cannot.
    target : Target
        Which hardware.
    """

    backend: str
    target: Target

    @property
    def name(self) -> str:
        """Name of the hardware, which no other machine has."""
        return self.target.name


def parse_machines(text: str, options: Sequence[str] = ()) -> tuple[Machine, ...]:
    """Read a list of machines, such as ``"cpu,spinnaker,crossbar:crossbar_rram_nladc"``.

    Parameters
    ----------
    text : str
        Names separated by commas: a backend, whose own target is meant, or ``backend:target``.
    options : sequence of str, optional
        Changes of options, ``"backend:name=value"``, for all targets of a backend.

    Raises
    ------
    ValidationError, CheckError
        If a backend, a target or an option is not known; all that is wrong is named.

    Examples
    --------
    >>> [machine.name for machine in parse_machines("cpu, spinnaker:spinnaker_spin3")]
    ['cpu', 'spinnaker_spin3']
    """
    changes = [_change(option) for option in options]
    names = [name.strip() for name in text.split(",") if name.strip()]
    machines: dict[str, Machine] = {}
    issues: list[NeuroError] = []
    if not names:
        issues.append(
            ValidationError("--backends", "names nothing", hint="Write cpu,spinnaker,crossbar")
        )
    for name in names:
        try:
            machine = _machine(name, changes)
        except NeuroError as error:
            issues.append(error)
            continue
        if machine.name in machines:
            issues.append(
                ValidationError(
                    f"--backends {name}", f"target {machine.name!r} is named twice", value=name
                )
            )
        machines[machine.name] = machine
    known = {machine.backend for machine in machines.values()}
    issues += [
        ValidationError(
            f"--option {backend}:{change}",
            f"backend {backend!r} is not compared",
            value=backend,
            limit=f"Compared: {', '.join(sorted(known)) or 'none'}",
        )
        for backend, change in changes
        if backend not in known and not issues
    ]
    raise_all("--backends", issues)
    return tuple(machines.values())


def _machine(text: str, changes: Sequence[tuple[str, str]]) -> Machine:
    backend, _, asked = text.partition(":")
    kind = backend_class(backend)
    own = [change for name, change in changes if name == backend]
    target = load_target(asked or kind.default_target, own)
    if target.backend != backend:
        raise ValidationError(
            f"--backends {text}",
            f"target {target.name!r} belongs to backend {target.backend!r}",
            value=text,
            hint=f"Write {target.backend}:{target.name}",
        )
    return Machine(backend=backend, target=target)


def _change(text: str) -> tuple[str, str]:
    backend, colon, change = text.partition(":")
    if not colon or "=" in backend:
        raise ValidationError(
            f"--option {text}",
            "names no backend",
            value=text,
            limit="BACKEND:NAME=VALUE",
            hint=f"Write spinnaker:{text}",
        )
    return backend, change
