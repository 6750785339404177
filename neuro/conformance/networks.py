"""Small networks that between them use the whole language.

Every one of them keeps firing, and its input is drawn by neuro, the same for all backends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
    CellType,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.seeds import stream

SIZE, SOURCES = 20, 10
SEED = 17
LIF: Mapping[str, Any] = MappingProxyType(
    {
        "cm": 0.5,
        "tau_m": 10.0,
        "v_rest": -60.0,
        "v_reset": -65.0,
        "v_thresh": -55.0,
        "tau_refrac": 2.0,
    }
)
CURRENT = CurrentExponentialLIF(**LIF, tau_syn_E=2.0, tau_syn_I=4.0)
CONDUCTANCE = ConductanceExponentialLIF(**LIF, tau_syn_E=2.0, tau_syn_I=4.0)
DELTA = DeltaLIF(**LIF)
WEIGHTS: Mapping[str, float] = MappingProxyType({"nA": 1.2, "uS": 0.02, "mV": 4.0, "": 0.8})
"""Weight of an input, by the unit of the receptor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One network of the suite.

    Parameters
    ----------
    name : str
        Short name.
    what : str
        What it is about, one line.
    network : callable
        Builds it.
    duration : float, ms
        How long it runs.
    tolerance : float
        Share of spikes in which two backends may differ; hardware that rounds or varies needs it.
    """

    name: str
    what: str
    network: Callable[[], Network]
    duration: float = 60.0
    tolerance: float = 0.05


def drive(dt: float, duration: float) -> SpikeArray:
    """Return sources that fire at random, at most once in a step, from the third step on."""
    steps = int(duration / dt) - 3
    rng = stream(SEED, "conformance", "drive")
    fired = rng.random((steps, SOURCES)) < 0.1 * dt
    rows, sources = fired.nonzero()
    return SpikeArray(name="drive", size=SOURCES, times=(rows + 3) * dt, indices=sources)


def recurrent(
    name: str, cell: CellType, *, semantics: str, dt: float, plastic: PairSTDP | None = None
) -> Network:
    """Return a driven population with recurrent excitation, and inhibition if the cell has it."""
    first, *others = cell.receptors
    weight = WEIGHTS[cell.receptors[first].unit]
    spread = Uniform(0.5 * weight, weight)
    delay = Uniform(dt, 5.0)
    sparse = FixedProbability(probability=0.15, skip_equal_index=True)
    projections = [
        Projection(
            "drive",
            "cells",
            FixedProbability(probability=0.5),
            Static(weight=spread, delay=dt),
            first,
        ),
        Projection("cells", "cells", sparse, Static(weight=0.3 * weight, delay=delay), first),
    ]
    if others:
        synapse = Static(weight=0.5 * weight, delay=delay)
        projections.append(
            Projection("cells", "cells", sparse, synapse, others[0], name="inhibition")
        )
    if plastic is not None:
        projections.append(
            Projection(
                "cells", "cells", AllToAll(skip_equal_index=True), plastic, first, name="learned"
            )
        )
    return Network(
        name=name,
        dt=dt,
        semantics="tick" if semantics == "tick" else "exact",
        seed=SEED,
        populations=(Population("cells", SIZE, cell),),
        inputs=(drive(dt, 60.0),),
        projections=tuple(projections),
        probes=(Probe(population="cells"),),
    )


def rule(kind: str, *, w_max: float, delay: float) -> PairSTDP:
    """Return a learning rule whose weights move visibly within the run."""
    return PairSTDP(
        weight=Uniform(0.1 * w_max, 0.4 * w_max),
        delay=delay,
        rule="additive" if kind == "additive" else "multiplicative",
        amplitude="relative",
        a_plus=0.05,
        a_minus=0.06,
        tau_plus=10.0,
        tau_minus=15.0,
        w_max=w_max,
    )


COARSE = 0.2
"""Tolerance where SpiNNaker keeps conductances, of hundredths of a uS, in steps of 2^-15 uS and
sums them in 16 bits."""


def _case(
    name: str,
    what: str,
    cell: CellType,
    semantics: str,
    dt: float,
    learns: str = "",
    **options: float,
) -> Case:
    def network() -> Network:
        first = next(iter(cell.receptors))
        w_max = 0.2 * WEIGHTS[cell.receptors[first].unit]
        plastic = rule(learns, w_max=w_max, delay=max(dt, 1.0)) if learns else None
        return recurrent(name, cell, semantics=semantics, dt=dt, plastic=plastic)

    return Case(name=name, what=what, network=network, **options)


CASES: Mapping[str, Case] = MappingProxyType(
    {
        item.name: item
        for item in (
            _case("current", "current-based cells", CURRENT, "exact", 0.1),
            _case("conductance", "conductance-based cells", CONDUCTANCE, "exact", 0.1),
            _case("delta", "cells whose membrane jumps", DELTA, "exact", 0.1),
            _case("discrete", "cells in discrete time", DiscreteLIF(decay=0.9), "exact", 1.0),
            _case("binary", "threshold units", BinaryThresholdUnit(), "exact", 1.0),
            _case("additive", "additive STDP", CURRENT, "exact", 0.5, "additive"),
            _case("multiplicative", "multiplicative STDP", DELTA, "exact", 0.5, "multiplicative"),
            _case("tick", "current-based cells in ticks", CURRENT, "tick", 1.0),
            _case(
                "tick-conductance",
                "conductances in ticks",
                CONDUCTANCE,
                "tick",
                1.0,
                tolerance=COARSE,
            ),
            _case("tick-additive", "additive STDP in ticks", CURRENT, "tick", 1.0, "additive"),
        )
    }
)
"""By name."""
