"""What a stored state must share with the program that continues it, and how a mismatch is named.

Everything is a flat table of names and plain values, so that an error can list what differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from neuro.engine import Engine
from neuro.errors import ResultError
from neuro.ir import digest
from neuro.plan import Plan, PlannedInput
from neuro.results.provenance import versions
from neuro.target import Target

Identity = dict[str, str | int | float | bool]

SHOWN = 12
"""Digits of a digest that tell two networks apart for people."""

FOLLOWS = ("plan", "state at the start")
"""What differs whenever something before it does, and is then not named."""


def state_identity(plan: Plan, target: Target, engine: Engine) -> Identity:
    """Return what a saved state depends on: network, order of work, engine and hardware.

    Parameters
    ----------
    plan : Plan
        Of the program.
    target : Target
        Its hardware: every option and coefficient counts, the name does not.
    engine : Engine
        Its engine.
    """
    network = plan.network
    return {
        "seed": network.seed,
        "network": f"{network.name} {digest(replace(network, seed=0))[:SHOWN]}",
        "semantics": plan.semantics,
        "engine": engine.kind,
        **{f"option {name}": value for name, value in sorted(target.options.items())},
        **{
            f"coefficient {name}": f"{item.value!r} {item.unit}".strip()
            for name, item in sorted(target.coefficients.items())
        },
    }


def run_identity(plan: Plan, inputs: Sequence[PlannedInput], engine: Engine) -> Identity:
    """Return what the bits of one run depend on beside `state_identity`.

    Parameters
    ----------
    plan : Plan
        Of the program.
    inputs : sequence of PlannedInput
        With the spikes added for this run.
    engine : Engine
        At the start of the run.

    Raises
    ------
    UnsupportedError
        If the state of this engine cannot be taken.
    """
    known = versions()
    return {
        **{name: known[name] for name in ("neuro", "numpy", "machine")},
        "start": f"{engine.step} steps",
        "input spikes": digest(list(inputs))[:SHOWN],
        "plan": _plan_digest(plan)[:SHOWN],
        "state at the start": digest(sorted(engine.snapshot().items()))[:SHOWN],
    }


def check_identity(where: str, found: Mapping[str, Any], expected: Identity, hint: str) -> None:
    """Refuse a stored state that is not of this program.

    Parameters
    ----------
    where : str
        The file.
    found, expected : mapping
        What it says, and what it must say.
    hint : str
        What to do.

    Raises
    ------
    ResultError
        If anything differs; all that does is named.
    """
    names = [name for name, value in expected.items() if found.get(name) != value]
    # An option or a coefficient that only the stored hardware has.
    names += [name for name in found if name not in expected]
    causes = [name for name in names if name not in FOLLOWS] or names
    if causes:
        raise ResultError(
            where,
            ", ".join(f"{name} is {found.get(name)!r}" for name in causes),
            value={name: found.get(name) for name in causes},
            limit=f"This program has {', '.join(repr(expected.get(name)) for name in causes)}",
            hint=hint,
        )


def _plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of what the passes made of a network."""
    populations = [
        (item.name, item.size, item.cell, sorted(item.parameters.items()), item.refractory_steps)
        for item in plan.populations
    ]
    return digest([plan.dt, list(plan.passes), populations, list(plan.projections)])
