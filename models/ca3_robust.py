r"""CA3 content-addressable memory, robust: forgets, completes, counts; reads write nothing.

The items of `ca3` in another circuit. Learning happens in a window of one tick, so that each pair
moves a weight from rail to rail: a spike of a plastic target reaches its synapses DELAY ticks
later; the synapse of a source that fires in that very tick is erased, that of one that has fired in
the tick before is written. What a read makes fire comes 2 DELAY after its source, when the window
is closed: reads change nothing. Neurons are threshold units without memory: they count links.

======== ================ =========================================================================
part     neurons          role
======== ================ =========================================================================
CUE      cues             sources of the links cue -> content
BITS     content bits     their targets
QUERY    content bits     sources of the links content -> cue
MATCH    cues             their targets: fire if enough bits of the query are linked
RAISE    content bits - 1 interneurons; each that fires raises the threshold of MATCH by one bit
TEACH.*  cues, bits       what is being learned, three ticks later
BLOCK    bits / 8         interneurons that silence MATCH while links are written
HUSH.*   1, 1             interneurons that silence MATCH in a recall, BITS after a write
======== ================ =========================================================================

==== == ======================= ===== =========================== ================================
op   IN CUE                     MATCH QUERY                       BITS
==== == ======================= ===== =========================== ================================
C    0  2                                                         5 (stored)
K    0                          5     2
P    0  6                       5     2                           9 (stored by all that match)
L, F 0  2 (read), 8 (erase what 3     5 (write), 6 (erase what    5 (old content), 6 (new content)
        was read, write), 10          was read and is not new), 7
==== == ======================= ===== =========================== ================================

An overwrite thus reads the old content, and erases exactly that. The last spikes of CUE and QUERY
make a machine that learns only when a source fires (SpiNNaker) settle its accounts at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    MemoryProtocol,
    Network,
    OneToOne,
    Operation,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    View,
)
from neuro.ir.description import Description, parameter
from neuro.models.ca3 import check_item_memory, spread_weight

INPUT, OUTPUT = "IN", "OUT"
WRITE, RECALL, FIND, COMPLETE = 0, 1, 2, 3
CONTROLS = 4

DELAY = 3.0
"""ms, of every synapse onto a plastic target: SpiNNaker's weights are finest if they are equal."""

LEAST_TRACE = 1.0 / 2048
"""What is left of a trace after one tick: the last bit of SpiNNaker's traces, and on any machine
too little to count after two ticks more."""

AFTER_WRITE, AFTER_READ, AFTER_COMPLETION = 9.0, 7.0, 11.0
"""ms from the start of an operation to the next: when its last link has been written, and when the
last target that it made fire has been heard by all sources."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CA3RobustParameters(Description):
    """Sizes and constants of the memory.

    Parameters
    ----------
    cue_size : int
        c, number of cues, and of items that can be stored.
    content_size : int
        k, number of content bits.
    link_weight : nA
        A written link, and a spike that is to make another neuron fire. An erased link is 0.
    gate_weight : nA
        Inhibition that closes a gate: three links, so that an open and a closed gate are both far
        from the threshold.
    block_weight : nA
        Of one interneuron that silences MATCH; there are two links' worth of them for each bit.
    weight_spread : dimensionless
        Relative standard deviation of all static weights inside the memory; 0 is ideal.
    """

    cue_size: int = 5
    content_size: int = 10
    link_weight: Any = parameter("nA", 6.0, above=0)
    gate_weight: Any = parameter("nA", 18.0, above=0)
    block_weight: Any = parameter("nA", 96.0, above=0)
    weight_spread: Any = parameter("", 0.0, at_least=0)

    @property
    def threshold_steps(self) -> tuple[int, ...]:
        """By how much each threshold line raises the threshold: 1, 2, 4, ..., and what is left."""
        steps: list[int] = []
        left = self.content_size - 1
        while left > 0:
            steps.append(min(2 ** len(steps), left))
            left -= steps[-1]
        return tuple(steps)

    @property
    def blockers(self) -> int:
        """Neurons of BLOCK: together they outweigh all links of a neuron twice."""
        return ceil(2 * self.content_size * float(self.link_weight / self.block_weight))


def ca3_robust(
    parameters: CA3RobustParameters = CA3RobustParameters(),
    *,
    seed: int = 0,
    stored: Mapping[int, Iterable[int]] | None = None,
) -> Network:
    """Build the memory with its input and output populations; see the module.

    Parameters
    ----------
    parameters : CA3RobustParameters
        Sizes and constants.
    seed : int
        Root of the seed tree; used only if `weight_spread` is not 0.
    stored : mapping of int to iterable of int, optional
        Content bits by cue, preloaded into both plastic projections.

    Raises
    ------
    ValidationError, CheckError
        If a size or constant is out of range, or a stored item is.
    """
    kept = {cue: tuple(content) for cue, content in (stored or {}).items()}
    check_item_memory("ca3_robust", parameters, kept)
    c, k = parameters.cue_size, parameters.content_size
    raised = sum(parameters.threshold_steps)
    sizes = {
        "CUE": c,
        "BITS": k,
        "QUERY": k,
        "MATCH": c,
        **({"RAISE": raised} if raised else {}),
        "TEACH.cue": c,
        "TEACH.content": k,
        "BLOCK": parameters.blockers,
        "HUSH.cue": 1,
        "HUSH.content": 1,
        OUTPUT: c + k,
    }
    counting, relaying = _cell(parameters, 1 / 2), _cell(parameters, 1 / 3)
    # A bit of QUERY that has just been written is refractory, and so not erased.
    cells = {
        "BITS": counting,
        "MATCH": counting,
        "QUERY": _cell(parameters, 1 / 3, tau_refrac=1.0),
    }
    lines = _Lines(parameters)
    return Network(
        name="ca3_robust",
        dt=1.0,
        semantics="tick",
        seed=seed,
        populations=tuple(
            Population(name, size, cells.get(name, relaying)) for name, size in sizes.items()
        ),
        inputs=(SpikeArray(name=INPUT, size=lines.size),),
        projections=(
            *_asking(parameters, lines),
            *_counting(parameters, lines),
            *_teaching(parameters, lines),
            *_silencing(parameters, lines),
            *_output(parameters),
            *_links(parameters, kept),
        ),
        probes=tuple(Probe(population=name) for name in (INPUT, *sizes)),
        protocol=_protocol(parameters, lines),
    )


def _cell(
    p: CA3RobustParameters, links: float, *, tau_refrac: float = 0.0
) -> CurrentExponentialLIF:
    """Return a threshold unit: 1 nA moves it by 1 mV, and a tick later nothing of it is left.

    Its threshold is half a link if it counts them, and less if one spike or none is all it gets.
    """
    return CurrentExponentialLIF(
        cm=0.01,
        tau_m=0.1,
        tau_refrac=tau_refrac,
        tau_syn_E=0.1,
        tau_syn_I=0.1,
        v_rest=-60.0,
        v_reset=-60.0,
        v_thresh=-60.0 + links * p.link_weight,
    )


class _Lines:
    """The lines of the input: cues, content bits, controls, thresholds."""

    def __init__(self, p: CA3RobustParameters) -> None:
        c, k = p.cue_size, p.content_size
        first = c + k + CONTROLS
        self.size = first + len(p.threshold_steps)
        self.cue = View(INPUT, 0, c)
        self.content = View(INPUT, c, c + k)
        self.controls = View(INPUT, c + k, first)
        self.thresholds = View(INPUT, first, self.size) if self.size > first else None

    def control(self, number: int) -> View:
        """Return one control line."""
        start = self.controls.start + number
        return View(INPUT, start, start + 1)


class _Wiring:
    """Makes static projections with the spread of the memory."""

    def __init__(self, p: CA3RobustParameters) -> None:
        self._spread = p.weight_spread

    def one(self, source: Any, target: Any, weight: float, delay: float, name: str) -> Projection:
        """Join neurons of the same index."""
        return Projection(source, target, OneToOne(), self._static(weight, delay), name=name)

    def all(self, source: Any, target: Any, weight: float, delay: float, name: str) -> Projection:
        """Join every neuron with every other."""
        return Projection(source, target, AllToAll(), self._static(weight, delay), name=name)

    def inhibit(
        self, source: Any, target: Any, weight: float, delay: float, name: str
    ) -> Projection:
        """Let every neuron inhibit every other."""
        return Projection(
            source, target, AllToAll(), self._static(weight, delay), "inhibitory", name
        )

    def pairs(
        self, source: Any, target: Any, rows: NDArray[Any], weight: float, delay: float, name: str
    ) -> Projection:
        """Join target n with source ``rows[n]``."""
        rule = PairList(sources=rows, targets=np.arange(rows.size))
        return Projection(source, target, rule, self._static(weight, delay), name=name)

    def _static(self, weight: float, delay: float) -> Static:
        return Static(weight=spread_weight(weight, self._spread), delay=delay)


def _asking(p: CA3RobustParameters, lines: _Lines) -> list[Projection]:
    """Build what asks, by cue or by content, and goes on from what was found to its content."""
    wire, relay, close = _Wiring(p), p.link_weight, p.gate_weight
    return [
        wire.one(lines.cue, "CUE", relay, 2.0, "IN.cue->CUE"),
        wire.one(lines.content, "QUERY", relay, 2.0, "IN.content->QUERY"),
        wire.one("MATCH", "CUE", relay, 1.0, "MATCH->CUE"),
        # A content to be written is no query, and only a completion goes on from MATCH.
        wire.inhibit(lines.control(WRITE), "QUERY", close, 2.0, "IN.write->QUERY"),
        wire.inhibit(lines.control(WRITE), "CUE", close, 4.0, "IN.write->CUE"),
        wire.inhibit(lines.control(FIND), "CUE", close, 6.0, "IN.find->CUE"),
    ]


def _counting(p: CA3RobustParameters, lines: _Lines) -> list[Projection]:
    """Build the threshold: a line makes as many interneurons fire as it counts."""
    if lines.thresholds is None:
        return []
    wire, relay = _Wiring(p), p.link_weight
    rows = np.repeat(np.arange(len(p.threshold_steps)), p.threshold_steps)
    return [
        wire.pairs(lines.thresholds, "RAISE", rows, relay, 4.0, "IN.threshold->RAISE"),
        wire.inhibit("RAISE", "MATCH", relay, 1.0, "RAISE->MATCH"),
    ]


def _teaching(p: CA3RobustParameters, lines: _Lines) -> list[Projection]:
    """Build what an item does that is to be written, and what keeps reads from doing it."""
    wire, relay, close, teach = _Wiring(p), p.link_weight, p.gate_weight, 1.5 * p.link_weight
    recall, find, complete = (lines.control(number) for number in (RECALL, FIND, COMPLETE))
    return [
        wire.one(lines.cue, "TEACH.cue", relay, 3.0, "IN.cue->TEACH.cue"),
        wire.inhibit(recall, "TEACH.cue", close, 3.0, "IN.recall->TEACH.cue"),
        wire.one(lines.content, "TEACH.content", relay, 3.0, "IN.content->TEACH.content"),
        wire.inhibit(find, "TEACH.content", close, 3.0, "IN.find->TEACH.content"),
        wire.inhibit(complete, "TEACH.content", close, 3.0, "IN.complete->TEACH.content"),
        wire.one(lines.cue, "MATCH", teach, DELAY, "IN.cue->MATCH"),
        wire.all(recall, "HUSH.cue", relay, 2.0, "IN.recall->HUSH.cue"),
        wire.inhibit("HUSH.cue", "MATCH", close, 1.0, "HUSH.cue->MATCH"),
        wire.one("TEACH.content", "BITS", teach, DELAY, "TEACH.content->BITS"),
        wire.one("TEACH.cue", "CUE", relay, 5.0, "TEACH.cue->CUE"),
        wire.one("TEACH.cue", "CUE", relay, 7.0, "TEACH.cue->CUE.settle"),
        wire.one("TEACH.content", "QUERY", relay, 2.0, "TEACH.content->QUERY"),
        wire.one("TEACH.content", "QUERY", relay, 4.0, "TEACH.content->QUERY.settle"),
        # The old content that BITS recalls is erased, unless it has been asked for.
        wire.one("BITS", "QUERY", relay, 1.0, "BITS->QUERY"),
        wire.inhibit(recall, "QUERY", close, 6.0, "IN.recall->QUERY"),
        wire.inhibit(complete, "QUERY", close, 10.0, "IN.complete->QUERY"),
    ]


def _silencing(p: CA3RobustParameters, lines: _Lines) -> list[Projection]:
    """Build what keeps targets silent when sources fire to write, not to read."""
    wire, relay = _Wiring(p), p.link_weight
    write = lines.control(WRITE)
    return [
        wire.all(write, "BLOCK", relay, 7.0, "IN.write->BLOCK.write"),
        wire.all(write, "BLOCK", relay, 8.0, "IN.write->BLOCK.erase"),
        wire.all(write, "BLOCK", relay, 9.0, "IN.write->BLOCK.settle"),
        wire.inhibit("BLOCK", "MATCH", p.block_weight, 1.0, "BLOCK->MATCH"),
        wire.all(write, "HUSH.content", relay, 12.0, "IN.write->HUSH.content"),
        wire.inhibit("HUSH.content", "BITS", p.gate_weight, 1.0, "HUSH.content->BITS"),
    ]


def _output(p: CA3RobustParameters) -> list[Projection]:
    """Build the harness: cues and queries wait for what is found for them."""
    c, k = p.cue_size, p.content_size
    cues, bits = View(OUTPUT, 0, c), View(OUTPUT, c, c + k)
    weight = p.link_weight

    def harness(source: str, target: View, delay: float, name: str) -> Projection:
        synapse = Static(weight=weight, delay=delay)
        return Projection(source, target, OneToOne(), synapse, name=name)

    return [
        harness("CUE", cues, 4.0, "CUE->OUT.cue"),
        harness("MATCH", cues, 1.0, "MATCH->OUT.cue"),
        harness("BITS", bits, 1.0, "BITS->OUT.content"),
        harness("QUERY", bits, 4.0, "QUERY->OUT.content"),
    ]


def _links(p: CA3RobustParameters, stored: Mapping[int, tuple[int, ...]]) -> list[Projection]:
    links = np.zeros((p.cue_size, p.content_size))
    for cue, content in stored.items():
        links[cue, list(content)] = p.link_weight

    def plastic(source: str, target: str, weight: NDArray[np.float64]) -> Projection:
        # A tick after its cause a trace is LEAST_TRACE; a little more, or it would round to zero.
        tau_plus = 1.0 / -np.log(1.002 * LEAST_TRACE)
        synapse = PairSTDP(
            weight=weight if stored else 0.0,
            delay=DELAY,
            rule="additive",
            amplitude="absolute",
            a_plus=4 / 3 * p.link_weight / LEAST_TRACE,
            a_minus=2 * p.link_weight,
            tau_plus=tau_plus,
            tau_minus=0.025,
            w_max=p.link_weight,
        )
        return Projection(source, target, AllToAll(), synapse)

    return [plastic("CUE", "BITS", links), plastic("QUERY", "MATCH", links.T)]


def _protocol(p: CA3RobustParameters, lines: _Lines) -> MemoryProtocol:
    """State the operations with the times of the module's table."""
    c, k = p.cue_size, p.content_size
    counted = lines.thresholds is not None

    def operation(code: str, name: str, **settings: Any) -> Operation:
        return Operation(
            code=code,
            name=name,
            takes_cue=code in "LFC",
            takes_content=code in "LKP",
            hold=1.0,
            longest_hold=1.0,
            **settings,
        )

    written = {"cue_read": 6.0, "content_read": 7.0, "dropped_read": 6.0, "spacing": AFTER_WRITE}
    found = {"cue_read": 6.0, "takes_threshold": counted}
    return MemoryProtocol(
        cue_input=lines.cue,
        content_input=lines.content,
        cue_output=View(OUTPUT, 0, c),
        content_output=View(OUTPUT, c, c + k),
        control_input=lines.controls,
        threshold_input=lines.thresholds,
        threshold_steps=p.threshold_steps,
        operations=(
            operation("L", "learn", controls=(WRITE,), **written),
            operation("F", "forget", verb="forget", controls=(WRITE,), **written),
            operation(
                "C",
                "recall by cue",
                controls=(RECALL,),
                cue_read=6.0,
                content_read=6.0,
                spacing=AFTER_READ,
            ),
            operation(
                "K",
                "find cues by content",
                controls=(FIND,),
                content_read=6.0,
                spacing=AFTER_READ,
                **found,
            ),
            operation(
                "P",
                "complete a content",
                verb="complete",
                controls=(COMPLETE,),
                content_read=10.0,
                spacing=AFTER_COMPLETION,
                **found,
            ),
        ),
        safe_spacing=AFTER_COMPLETION,
    )
