"""What a network asks for that a target does not offer; every gap is listed."""

from collections.abc import Iterable

from neuro.check import CheckReport, refusal
from neuro.errors import NeuroError, UnsupportedError
from neuro.ir import CellType, Input, Network, SynapseType
from neuro.notes import FidelityNote
from neuro.plan import Plan
from neuro.target import Capabilities, Target

NEAREST = {
    "BinaryThresholdUnit": ("DiscreteLIF", "DeltaLIF", "CurrentExponentialLIF"),
    "ConductanceExponentialLIF": ("CurrentExponentialLIF", "DeltaLIF"),
    "CurrentExponentialLIF": ("ConductanceExponentialLIF", "DeltaLIF"),
    "DeltaLIF": ("CurrentExponentialLIF", "DiscreteLIF"),
    "DiscreteLIF": ("DeltaLIF", "CurrentExponentialLIF"),
    "PairSTDP": ("Static",),
    "Poisson": ("SpikeArray",),
}
"""What comes nearest to a part that is not on offer, best first."""


def unsupported(network: Network, semantics: str, able: Capabilities) -> list[NeuroError]:
    """List everything in a network that a target cannot represent.

    Parameters
    ----------
    network : Network
        What is to run.
    semantics : str
        The order of work asked for.
    able : Capabilities
        What the target offers.
    """
    parts = [
        ("network", network.name, "semantics", semantics, able.semantics),
        *(
            ("population", item.name, "cell", type(item.cell).__name__, able.cells)
            for item in network.populations
        ),
        *(
            ("projection", item.name, "synapse", type(item.synapse).__name__, able.synapses)
            for item in network.projections
        ),
        *(
            ("input", item.name, "type", type(item).__name__, able.inputs)
            for item in network.inputs
        ),
    ]
    return [
        UnsupportedError(
            f"{kind} {name!r}.{member}",
            f"{value!r} is not offered here",
            value=value,
            limit=f"On offer: {', '.join(sorted(offered))}",
            hint=_other_order(offered) if member == "semantics" else _nearest(value, offered),
        )
        for kind, name, member, value, offered in parts
        if value not in offered
    ]


def whole_language() -> Capabilities:
    """Describe a backend that runs every part of the language, in both orders of work."""
    return Capabilities(
        semantics=frozenset({"exact", "tick"}),
        cells=frozenset(kind.__name__ for kind in CellType.__args__),
        synapses=frozenset(kind.__name__ for kind in SynapseType.__args__),
        inputs=frozenset(kind.__name__ for kind in Input.__args__),
    )


def check_language(
    plan: Plan, target: Target, able: Capabilities, notes: Iterable[FidelityNote]
) -> CheckReport:
    """List the parts of a network that are not offered, for a backend without other limits.

    Parameters
    ----------
    plan : Plan
        What is to run.
    target : Target
        The hardware.
    able : Capabilities
        What it offers.
    notes : iterable of FidelityNote
        What the backend approximates, beside what lowering did.
    """
    gaps = unsupported(plan.network, plan.semantics, able)
    return CheckReport(
        network=plan.network.name,
        backend=target.backend,
        target=target.name,
        findings=tuple(refusal(gap, "capabilities") for gap in gaps),
        remarks=tuple(str(note) for note in (*plan.notes, *notes)),
    )


def precision_notes(target: Target) -> list[FidelityNote]:
    """Note that numbers are rounded, where they are not in double precision."""
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


def _other_order(offered: frozenset[str]) -> str | None:
    if not offered:
        return None
    return (
        f"Ask for semantics {min(offered)!r} (--semantics {min(offered)}); a network tuned for "
        "another order of work can then answer otherwise"
    )


def _nearest(value: str, offered: frozenset[str]) -> str | None:
    near = next((other for other in NEAREST.get(value, ()) if other in offered), None)
    return None if near is None else f"The nearest that is: {near}"
