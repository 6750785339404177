"""CA3 content-addressable memory: one-hot cues, binary contents, recall in either direction.

Equations, parameters and protocol: specs, ca3_cam. Reference: Casanueva-Morato et al., Neural
Networks 178 (2024) 106474, arXiv 2310.05868. Recall by content answers with every cue whose content
shares at least one bit with the query.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuro.errors import NeuroError, ValidationError, raise_all
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    MemoryProtocol,
    Network,
    Normal,
    OneToOne,
    Operation,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    View,
)
from neuro.ir.description import Description, parameter, parameter_issues

INPUT, OUTPUT = "IN", "OUT"

SAFE_SPACING = 20.0
"""Start-to-start time, ms, that is exact for any mix of L, C and single-bit K.

The spec gives 14 ms, which holds for some 60 operations. In mixes of 400 operations 54 of 728 K
were wrong at 14 ms, 6 at 16 ms, none at 18 or 20 ms: residues of overwrites grow by
6 exp(-spacing / 3) nA whenever a bit is asked for right before the cue that has dropped it.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CA3Parameters(Description):
    """Sizes and constants of the memory; the defaults are the published ones.

    Parameters
    ----------
    cue_size : int
        c, number of cues, and of items that can be stored.
    content_size : int
        k, number of content bits.
    relay_weight : nA
        One-to-one links between populations; inhibition of QB is k times as strong.
    gate_weight, gate_assist, gate_inhibition : nA
        Onto GATE: from NA, from GINT, and the blocking one from QA. 6.64 nA of the last centres the
        gate's margin (specs, ca3_cam section 13).
    a_plus, a_minus : nA
        Weight change for a unit trace.
    tau_plus, tau_minus : ms
        Trace time constants.
    w_max : nA
        Upper bound of plastic weights.
    weight_spread : dimensionless
        Relative standard deviation of all static weights inside the memory; 0 is ideal.
    self_pairs : bool
        Keep the pairs (i, i) in the inhibition of QB by QA. For k of 13 and more the memory then
        never learns content recall: hazard H6, kept to be shown.
    """

    cue_size: int = 5
    content_size: int = 10
    relay_weight: Any = parameter("nA", 6.0, at_least=0)
    gate_weight: Any = parameter("nA", 9.0, at_least=0)
    gate_assist: Any = parameter("nA", 2.0, at_least=0)
    gate_inhibition: Any = parameter("nA", 6.0, at_least=0)
    a_plus: Any = parameter("nA", 6.0, at_least=0)
    a_minus: Any = parameter("nA", 6.0, at_least=0)
    tau_plus: Any = parameter("ms", 3.0, above=0)
    tau_minus: Any = parameter("ms", 3.0, above=0)
    w_max: Any = parameter("nA", 6.0, above=0)
    weight_spread: Any = parameter("", 0.0, at_least=0)
    self_pairs: bool = False


def ca3(
    parameters: CA3Parameters = CA3Parameters(),
    *,
    seed: int = 0,
    stored: Mapping[int, Iterable[int]] | None = None,
) -> Network:
    """Build the memory with its input and output populations; see the module.

    Parameters
    ----------
    parameters : CA3Parameters
        Sizes and constants.
    seed : int
        Root of the seed tree; used only if `weight_spread` is not 0.
    stored : mapping of int to iterable of int, optional
        Content bits by cue, preloaded into both plastic projections at `w_max`.

    Raises
    ------
    ValidationError, CheckError
        If a size or constant is out of range, or a stored item is.
    """
    check_item_memory("ca3", parameters, stored or {})
    c, k = parameters.cue_size, parameters.content_size
    membrane = {"tau_refrac": 1.0, "v_rest": -60.0, "v_reset": -60.0}
    synaptic = {"tau_syn_E": 0.3, "tau_syn_I": 0.3}
    slow = CurrentExponentialLIF(cm=0.27, tau_m=3.0, v_thresh=-57.0, **membrane, **synaptic)
    fast = CurrentExponentialLIF(cm=0.14, tau_m=0.5, v_thresh=-57.0, **membrane, **synaptic)
    output = CurrentExponentialLIF(cm=0.27, tau_m=3.0, v_thresh=-57.5, **membrane, **synaptic)
    populations = (
        Population("QA", c, slow),
        Population("QB", c, fast),
        Population("NA", k, slow),
        Population("NB", k, fast),
        Population("GATE", k, fast),
        Population("GINT", 1, fast),
        Population("MQ", c, slow),
        Population("MN", k, slow),
        Population(OUTPUT, c + k, output),
    )
    return Network(
        name="ca3",
        dt=1.0,
        semantics="tick",
        seed=seed,
        populations=populations,
        inputs=(SpikeArray(name=INPUT, size=c + k),),
        projections=(*_static(parameters), *_plastic(parameters, stored or {})),
        probes=tuple(
            Probe(population=name) for name in (INPUT, *(item.name for item in populations))
        ),
        protocol=_protocol(c, k),
    )


def check_item_memory(name: str, parameters: Any, stored: Mapping[int, Iterable[int]]) -> None:
    """Check the parameters of a memory of this kind, and what is preloaded.

    Parameters
    ----------
    name : str
        Of the model, for messages.
    parameters : Description
        With `cue_size` and `content_size`.
    stored : mapping of int to iterable of int
        Content bits by cue.

    Raises
    ------
    ValidationError, CheckError
        If a size or constant is out of range, or a stored item is.
    """
    issues: list[NeuroError] = parameter_issues(parameters, name)
    sizes = {"cue": parameters.cue_size, "content": parameters.content_size}
    for part, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            issues.append(
                ValidationError(
                    f"{name}.{part}_size",
                    repr(size),
                    value=size,
                    limit="A whole number, at least 1",
                )
            )
    raise_all(name, issues)
    for cue, content in stored.items():
        bad = [bit for bit in content if not 0 <= bit < sizes["content"]]
        if not 0 <= cue < sizes["cue"] or bad:
            issues.append(
                ValidationError(
                    f"{name}.stored[{cue}]",
                    f"content bits {bad} out of range" if bad else "no such cue",
                    value=bad or cue,
                    limit=f"Cues run from 0 to {sizes['cue'] - 1}, "
                    f"content bits from 0 to {sizes['content'] - 1}",
                )
            )
    raise_all(name, issues)


def _static(p: CA3Parameters) -> list[Projection]:
    """Build the static projections of section 3 of the spec, in its order."""
    c, k = p.cue_size, p.content_size
    one, every = OneToOne(), AllToAll()
    others = AllToAll(skip_equal_index=not p.self_pairs)
    relay, strong = p.relay_weight, p.relay_weight * k
    cue_in, content_in = View(INPUT, 0, c), View(INPUT, c, c + k)
    cue_out, content_out = View(OUTPUT, 0, c), View(OUTPUT, c, c + k)

    def excite(source: str, target: str, rule: Any, weight: float, delay: float) -> Projection:
        synapse = Static(weight=spread_weight(weight, p.weight_spread), delay=delay)
        return Projection(source, target, rule, synapse)

    def inhibit(source: str, target: str, rule: Any, weight: float, delay: float) -> Projection:
        synapse = Static(weight=spread_weight(weight, p.weight_spread), delay=delay)
        name = f"{source}->{target}.inhibition"
        return Projection(source, target, rule, synapse, "inhibitory", name)

    def harness(source: Any, target: Any, name: str) -> Projection:
        return Projection(source, target, one, Static(weight=relay, delay=1.0), name=name)

    return [
        harness(cue_in, "QA", "IN.cue->QA"),
        harness(content_in, "NA", "IN.content->NA"),
        excite("QA", "QB", one, relay, 2.0),
        inhibit("QA", "QB", others, strong, 3.0),
        inhibit("QA", "GATE", every, p.gate_inhibition, 2.0),
        excite("NA", "GATE", one, p.gate_weight, 1.0),
        excite("GATE", "NB", one, relay, 1.0),
        excite("NA", "GINT", every, relay, 1.0),
        excite("GINT", "GATE", every, p.gate_assist, 1.0),
        inhibit("QB", "QB", AllToAll(skip_equal_index=True), strong, 2.0),
        excite("QA", "MQ", one, relay, 3.0),
        excite("QB", "MQ", one, relay, 1.0),
        excite("NA", "MN", one, relay, 3.0),
        excite("NB", "MN", one, relay, 1.0),
        harness("MQ", cue_out, "MQ->OUT.cue"),
        harness("MN", content_out, "MN->OUT.content"),
    ]


def spread_weight(weight: float, spread: float) -> Any:
    """Return a weight with a relative standard deviation, as a distribution if it is not 0."""
    return weight if spread == 0 else Normal(weight, spread * weight, low=0.0)


def _plastic(p: CA3Parameters, stored: Mapping[int, Iterable[int]]) -> list[Projection]:
    links = np.zeros((p.cue_size, p.content_size) if stored else (1, 1))
    for cue, content in stored.items():
        links[cue, list(content)] = p.w_max

    def plastic(source: str, target: str, weight: Any) -> Projection:
        synapse = PairSTDP(
            weight=weight if stored else 0.0,
            delay=1.0,
            rule="additive",
            amplitude="absolute",
            a_plus=p.a_plus,
            a_minus=p.a_minus,
            tau_plus=p.tau_plus,
            tau_minus=p.tau_minus,
            w_max=p.w_max,
        )
        return Projection(source, target, AllToAll(), synapse)

    return [plastic("QA", "NA", links), plastic("NB", "QB", links.T)]


def _protocol(c: int, k: int) -> MemoryProtocol:
    """State the operations with the times of sections 1 and 6 of the spec."""
    return MemoryProtocol(
        cue_input=View(INPUT, 0, c),
        content_input=View(INPUT, c, c + k),
        cue_output=View(OUTPUT, 0, c),
        content_output=View(OUTPUT, c, c + k),
        operations=(
            Operation(
                code="L",
                name="learn",
                takes_cue=True,
                takes_content=True,
                hold=3.0,
                longest_hold=4.0,
                cue_read=5.0,
                content_read=5.0,
                dropped_read=6.0,
                spacing=7.0,
            ),
            Operation(
                code="C",
                name="recall by cue",
                takes_cue=True,
                takes_content=False,
                hold=1.0,
                longest_hold=1.0,
                cue_read=5.0,
                content_read=6.0,
                spacing=6.0,
            ),
            Operation(
                code="K",
                name="recall by content",
                takes_cue=False,
                takes_content=True,
                hold=1.0,
                longest_hold=1.0,
                cue_read=6.0,
                content_read=5.0,
                spacing=6.0,
            ),
        ),
        safe_spacing=SAFE_SPACING,
    )
