"""What a network asks for that a target does not offer; every gap is listed."""

from neuro.errors import NeuroError, UnsupportedError
from neuro.ir import Network
from neuro.target import Capabilities

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


def _other_order(offered: frozenset[str]) -> str:
    return (
        f"Ask for semantics {min(offered)!r} (--semantics {min(offered)}); a network tuned for "
        "another order of work can then answer otherwise"
    )


def _nearest(value: str, offered: frozenset[str]) -> str | None:
    near = next((other for other in NEAREST.get(value, ()) if other in offered), None)
    return None if near is None else f"The nearest that is: {near}"
