"""A small network that uses most of the language, for tests of backends that compute `exact`."""

from typing import Any

from neuro.ir import (
    AllToAll,
    CellType,
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    PairSTDP,
    Poisson,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)

CURRENT = CurrentExponentialLIF(
    cm=0.5,
    tau_m=10.0,
    tau_syn_E=2.0,
    v_rest=-60.0,
    v_reset=-65.0,
    v_thresh=-55.0,
    tau_refrac=Uniform(0.0, 3.0),
)


def small(
    cell: CellType = CURRENT, *, plastic: str = "", pairing: str = "dendritic", **changes: Any
) -> Network:
    """Make a recurrent network under Poisson drive, some of whose sources fire twice in a step."""
    first, *others = cell.receptors
    unit = cell.receptors[first].unit
    low, high = {"nA": (0.2, 0.8), "uS": (0.002, 0.02), "mV": (0.5, 3.0), "": (0.3, 1.0)}[unit]
    delay = Uniform(0.5, 4.0)
    projections = [
        Projection(
            "drive",
            "a",
            FixedProbability(probability=0.4),
            Static(weight=Uniform(2 * low, 2 * high), delay=0.5),
            first,
        ),
        Projection("array", "a", AllToAll(), Static(weight=high, delay=1.0), first),
        Projection(
            "a", "a", FixedProbability(probability=0.2), Static(weight=low, delay=delay), first
        ),
    ]
    if others:
        inhibition = Static(weight=high, delay=delay)
        projections.append(
            Projection("a", "a", FixedProbability(probability=0.3), inhibition, *others, name="inh")
        )
    if plastic:
        rule = PairSTDP(
            weight=Uniform(low, high),
            delay=delay,
            rule=plastic,
            pairing=pairing,
            amplitude="relative",
            a_plus=0.1,
            a_minus=0.12,
            tau_plus=10.0,
            tau_minus=15.0,
            w_max=high,
        )
        projections.append(
            Projection("a", "a", FixedProbability(probability=0.4), rule, first, name="learns")
        )
    parts: dict[str, Any] = {
        "name": "small",
        "dt": 0.5,
        "seed": 3,
        "populations": [Population("a", 16, cell)],
        "inputs": [
            Poisson(name="drive", size=8, rate=150.0),
            # The first spike falls into the step before the run.
            SpikeArray(name="array", size=2, times=[0.0, 5.0, 20.0], indices=[0, 1, 0]),
        ],
        "projections": projections,
        "probes": [
            Probe(population="a"),
            Probe(population="drive"),
            *(Probe(population="a", variable=name, interval=1.0) for name in cell.variables),
        ],
    }
    return Network(**{**parts, **changes})
