"""The functions that users call: lower a network, check it, run it."""

import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from neuro.backend import Backend, Program, Progress
from neuro.check import CheckReport
from neuro.energy import EnergyReport
from neuro.errors import SemanticsWarning, UnsupportedError, ValidationError, raise_all, suggestion
from neuro.hardware_configs import load_target
from neuro.ir import Network
from neuro.ir.validate import SEMANTICS
from neuro.notes import FidelityNote
from neuro.passes import discretise, expand, unsupported
from neuro.plan import Plan
from neuro.registry import load_backend
from neuro.results import Result
from neuro.target import Target

PASSES: tuple[Callable[[Plan], Plan], ...] = (discretise,)
"""What follows `expand`, in order."""


def simulate(
    network: Network,
    duration: float | str,
    *,
    backend: str = "cpu",
    target: str | Target | None = None,
    semantics: str | None = None,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
) -> Result:
    """Run a network from time zero and return the result.

    Parameters
    ----------
    network : Network
        What to run.
    duration : float in ms, or str such as ``"1 s"``
        How long; a multiple of the time step.
    backend : str, default "cpu"
        What runs it.
    target : str or Target, optional
        Which hardware; default the backend's own. `load_target` gives one with other options.
    semantics : {"exact", "tick"}, optional
        Order of work inside a step; default what the network was designed for. Another one warns.
    progress : callable, optional
        Called with the fraction done.
    checkpoint : str or Path, optional
        Folder from which the same call goes on if it was stopped; see `Program.run`.

    Returns
    -------
    Result

    Raises
    ------
    NeuroError
        If the network cannot run there, or the run fails.

    Examples
    --------
    >>> from neuro.ir import CurrentExponentialLIF, Population, Probe
    >>> cell = CurrentExponentialLIF(i_offset="1 nA")
    >>> network = Network(
    ...     name="one", populations=[Population("a", 1, cell)], probes=[Probe(population="a")]
    ... )
    >>> simulate(network, "50 ms").spikes["a"].times.round(1).tolist()
    [27.8]
    """
    with compile_network(network, backend=backend, target=target, semantics=semantics) as program:
        program.run(duration, progress=progress, checkpoint=checkpoint)
        return program.result()


def compile_network(
    network: Network,
    *,
    backend: str = "cpu",
    target: str | Target | None = None,
    semantics: str | None = None,
) -> Program:
    """Lower a network and compile it, ready to run; see `simulate` for the parameters."""
    engine, hardware, plan = lower_for(network, backend, target=target, semantics=semantics)
    return engine.compile(plan, hardware)


def lower_for(
    network: Network,
    backend: str,
    *,
    target: str | Target | None = None,
    semantics: str | None = None,
) -> tuple[Backend, Target, Plan]:
    """Lower a network for a backend; see `simulate` for the parameters.

    Returns
    -------
    Backend, Target, Plan
        What runs it, on which hardware, and the lowered network.

    Raises
    ------
    NeuroError
        If the backend lacks a part of the network, or the target is not its own.
    """
    engine = load_backend(backend)
    hardware = _target(engine, target)
    chosen = _semantics(network, semantics)
    raise_all(
        f"network {network.name!r} on backend {backend!r}",
        unsupported(network, chosen, engine.capabilities(hardware)),
    )
    return engine, hardware, lower(network, semantics=chosen)


def check_saves(backend: str, target: Target) -> None:
    """Refuse a backend whose runs cannot go on from a checkpoint.

    Raises
    ------
    UnsupportedError
        With the reason.
    """
    reason = load_backend(backend).capabilities(target).unsaved
    if reason:
        where = f"backend {backend!r}"
        hint = "Run without a checkpoint, or on backend 'cpu'"
        raise UnsupportedError(where, "its state cannot be saved", limit=reason, hint=hint)


def check(
    network: Network, *, target: str | Target = "cpu", semantics: str | None = None
) -> CheckReport:
    """Find everything that a network meets on a target, all at once and without running it.

    Parameters
    ----------
    network : Network
        What is to run.
    target : str or Target, default "cpu"
        The hardware; its file names the backend.
    semantics : {"exact", "tick"}, optional
        Default what the network was designed for.

    Raises
    ------
    NeuroError
        If the network has a fault of its own, or there is no such target.

    Examples
    --------
    >>> from neuro.models.ca3 import ca3
    >>> check(ca3(), target="cpu").findings
    ()
    """
    hardware = load_target(target) if isinstance(target, str) else target
    plan = lower(network, semantics=semantics)
    return load_backend(hardware.backend).check(plan, hardware)


def energy(result: Result, *, target: str | Target) -> EnergyReport:
    """Account for the energy of a run, from its counters and the coefficients of a target.

    Parameters
    ----------
    result : Result
        Of a run on that target, fresh or loaded from a file.
    target : str or Target
        The hardware, with the options of the run.

    Raises
    ------
    UnsupportedError
        If there is no energy model of this hardware.
    """
    hardware = load_target(target) if isinstance(target, str) else target
    with warnings.catch_warnings():
        # The run itself has warned already.
        warnings.simplefilter("ignore", SemanticsWarning)
        plan = lower(result.network, semantics=result.provenance.semantics)
    return load_backend(hardware.backend).energy(plan, hardware, result)


def lower(network: Network, *, semantics: str | None = None, stop_after: str | None = None) -> Plan:
    """Lower a network to a plan.

    Parameters
    ----------
    network : Network
        What to lower.
    semantics : {"exact", "tick"}, optional
        Default what the network was designed for; another one warns and leaves a note.
    stop_after : str, optional
        Name of the last pass to apply, to look at what it did; default all.

    Raises
    ------
    ValidationError
        If there is no such pass or semantics, or a drawn value is out of range.
    """
    chosen = _semantics(network, semantics)
    names = ["expand", *(step.__name__ for step in PASSES)]
    if stop_after is not None and stop_after not in names:
        raise ValidationError(
            "stop_after", f"no pass {stop_after!r}", limit=suggestion(stop_after, names)
        )
    plan = _noted(expand(network, chosen))
    for step in PASSES:
        if plan.passes[-1] == stop_after:
            break
        plan = step(plan)
    return plan


def _noted(plan: Plan) -> Plan:
    """Warn and note if the semantics are not those that the network was designed for."""
    designed = plan.network.semantics
    if plan.semantics == designed:
        return plan
    reason = (
        f"Under 'exact' a synaptic current acts one step after it arrives and a tie does not "
        f"depress; under 'tick' it acts in the step in which it arrives and a tie depresses. A "
        f"network tuned for {designed!r} can give other answers."
    )
    where = f"network {plan.network.name!r}.semantics"
    text = f"{where}: designed for {designed!r}, runs under {plan.semantics!r}. {reason}"
    warnings.warn(text, SemanticsWarning, stacklevel=_outside())
    note = FidelityNote(
        where=where,
        requested=designed,
        stored=plan.semantics,
        relative_error=None,
        unit="",
        reason=reason,
    )
    return replace(plan, notes=(*plan.notes, note), warnings=(*plan.warnings, text))


def _outside() -> int:
    """Return the stack level, for a warning of the caller, of the first frame outside neuro."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "neuro":
        level, frame = level + 1, frame.f_back
    return level


def _semantics(network: Network, semantics: str | None) -> str:
    chosen = network.semantics if semantics is None else semantics
    if chosen not in SEMANTICS:
        raise ValidationError(
            "semantics", repr(chosen), value=chosen, limit=suggestion(str(chosen), SEMANTICS)
        )
    return chosen


def _target(backend: Backend, asked: str | Target | None) -> Target:
    name = backend.default_target if asked is None else asked
    target = load_target(name) if isinstance(name, str) else name
    if target.backend != backend.name:
        raise ValidationError(
            f"target {target.name!r}",
            f"belongs to backend {target.backend!r}, not to {backend.name!r}",
            value=target.name,
            hint=f"Use backend {target.backend!r}, or target {backend.default_target!r}",
        )
    return target
