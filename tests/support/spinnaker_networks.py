"""The networks of the conformance vectors (specs, spinnaker section 11) in the package's language.

Four neurons, 200 ticks of 1 ms; the source's neuron n fires at tick t if (7 t + 5 n) mod 13 = 0.
"""

import numpy as np

from neuro.ir import (
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    Network,
    OneToOne,
    PairList,
    PairSTDP,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

TICKS = 200
NEURONS = 4


def vector_network(case: str) -> Network:
    """Build the network of one case; case B is that of A with each source spike sent 4 times."""
    conductance = case == "D"
    kind = ConductanceExponentialLIF if conductance else CurrentExponentialLIF
    reversal = {"e_rev_E": 0.0, "e_rev_I": -70.0} if conductance else {}
    cell = kind(
        cm=1.0,
        tau_m=20.0,
        v_rest=[-65.0, -65.1, -65.2, -65.3],
        v_reset=-65.0,
        v_thresh=-50.0,
        tau_refrac=2.0,
        i_offset=[0.0, 0.01, 0.0123, 0.02],
        tau_syn_E=5.0,
        tau_syn_I=10.0 if conductance else 5.0,
        v_init=-65.0,
        **reversal,
    )
    fired = [(t, n) for t in range(TICKS) for n in range(NEURONS) if (7 * t + 5 * n) % 13 == 0]
    times, indices = np.array(fired).T
    weight = 0.1 if conductance else 3.0
    projections = [Projection("in", "n", OneToOne(), Static(weight=weight, delay=1.0))]
    if case == "C":
        projections.insert(0, _recurrent())
    if conductance:
        ring = PairList(sources=[0, 1, 2, 3], targets=[1, 2, 3, 0])
        synapse = Static(weight=0.05, delay=2.0)
        projections.append(Projection("in", "n", ring, synapse, "inhibitory", "ring"))
    excitatory = "g_excitatory" if conductance else "i_excitatory"
    return Network(
        name=f"vector {case}",
        dt=1.0,
        semantics="tick",
        populations=[Population("n", NEURONS, cell)],
        inputs=[SpikeArray(name="in", size=NEURONS, times=times.astype(float), indices=indices)],
        projections=projections,
        probes=[
            Probe(population="n"),
            Probe(population="n", variable="v"),
            Probe(population="n", variable=excitatory),
        ],
    )


def _recurrent() -> Projection:
    pairs = [(i, j) for i in range(NEURONS) for j in range(NEURONS) if i != j]
    synapse = PairSTDP(
        weight=0.5,
        delay=[1.0 + (i + j) % 3 for i, j in pairs],
        rule="additive",
        amplitude="absolute",
        a_plus=0.05,
        a_minus=0.06,
        tau_plus=20.0,
        tau_minus=20.0,
        w_min=0.0,
        w_max=2.0,
    )
    sources, targets = np.array(pairs).T
    return Projection("n", "n", PairList(sources=sources, targets=targets), synapse)
