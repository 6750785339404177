"""Conductance-based neurons against a high-order solution of their equation."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neuro import simulate
from neuro.ir import (
    ConductanceExponentialLIF,
    Network,
    PairList,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

FloatArray = NDArray[np.float64]

# Time of arrival in ms, receptor, weight in uS; all times are multiples of every dt used here.
ARRIVALS = [
    (2.0, "excitatory", 0.03),
    (5.0, "inhibitory", 0.05),
    (6.0, "excitatory", 0.08),
    (6.0, "inhibitory", 0.02),
    (15.0, "excitatory", 0.12),
    (18.0, "inhibitory", 0.20),
]
DURATION = 30.0
CELL = {"cm": 0.25, "tau_m": 15.0, "v_rest": -65.0, "i_offset": 0.05, "e_rev_I": -75.0}
SHORT = {"tau_syn_E": 0.5, "tau_syn_I": 1.0}
LONG = {"tau_syn_E": 3.0, "tau_syn_I": 8.0}
SILENT = {"v_thresh": 0.0, "tau_refrac": 2.0}
NAMES = (
    *("cm", "tau_m", "tau_refrac", "tau_syn_E", "tau_syn_I", "e_rev_E", "e_rev_I"),
    *("v_rest", "v_reset", "v_thresh", "i_offset"),
)
FIRING = {"v_thresh": -62.0, "v_reset": -70.0, "tau_refrac": 2.0}


def simulated(dt: float, *, semantics: Any = "exact", **parameters: float) -> tuple[Any, Any]:
    """Return the membrane at every step, from time zero, and the spikes."""
    times = np.array([time for time, _, _ in ARRIVALS])
    projections = [
        Projection(
            "input",
            "cell",
            PairList(sources=[k], targets=[0]),
            Static(weight=weight, delay=1.0),
            receptor=receptor,
            name=f"arrival{k}",
        )
        for k, (_, receptor, weight) in enumerate(ARRIVALS)
    ]
    network = Network(
        name="one cell",
        dt=dt,
        semantics=semantics,
        populations=[Population("cell", 1, ConductanceExponentialLIF(**CELL, **parameters))],
        inputs=[
            SpikeArray(
                name="input", size=times.size, times=times - 1.0, indices=np.arange(times.size)
            )
        ],
        projections=projections,
        probes=[Probe(population="cell"), Probe(population="cell", variable="v")],
    )
    result = simulate(network, DURATION)
    return result.traces["cell"]["v"].values[:, 0], result.spikes["cell"].times


def solved(dt: float, **parameters: float) -> FloatArray:
    """Solve step by step from arrival to arrival; threshold, reset and holding on the grid."""
    p = {item: getattr(ConductanceExponentialLIF(**CELL, **parameters), item) for item in NAMES}

    def slope(time: float, state: FloatArray) -> list[float]:
        v, g_e, g_i = state
        current = p["i_offset"] + g_e * (p["e_rev_E"] - v) + g_i * (p["e_rev_I"] - v)
        leak = (p["v_rest"] - v) / p["tau_m"]
        return [leak + current / p["cm"], -g_e / p["tau_syn_E"], -g_i / p["tau_syn_I"]]

    state, held = np.array([p["v_rest"], 0.0, 0.0]), 0
    membrane = [state[0]]
    for k in range(1, round(DURATION / dt)):
        before = state[0]
        state = solve_ivp(slope, (0, dt), state, "DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
        if held:
            state[0], held = before, held - 1
        elif state[0] >= p["v_thresh"]:
            state[0], held = p["v_reset"], round(p["tau_refrac"] / dt)
        for time, receptor, weight in ARRIVALS:
            if round(time / dt) == k:
                state[1 if receptor == "excitatory" else 2] += weight
        membrane.append(state[0])
    return np.array(membrane)


@pytest.mark.parametrize("threshold", [SILENT, FIRING], ids=["silent", "firing"])
@pytest.mark.parametrize("synapses", [SHORT, LONG], ids=["short", "long"])
def test_membrane_solves_its_equation(
    threshold: dict[str, float], synapses: dict[str, float]
) -> None:
    membrane, spikes = simulated(0.1, **threshold, **synapses)
    assert bool(spikes.size) == (threshold is FIRING)
    np.testing.assert_allclose(membrane, solved(0.1, **threshold, **synapses), rtol=0, atol=1e-9)


def test_error_falls_with_the_tenth_power_of_the_step() -> None:
    # Five Gauss-Legendre nodes are exact to degree nine: the error of a run is of order dt^10.
    reference = solved(0.5, **SILENT, **SHORT)
    errors = [
        np.abs(simulated(dt, **SILENT, **SHORT)[0] - reference[:: round(dt / 0.5)]).max()
        for dt in (1.0, 0.5)
    ]
    assert errors[0] > 1e-9
    assert np.log2(errors[0] / errors[1]) > 9


def test_tick_membrane_converges_to_its_equation_in_first_order() -> None:
    reference = solved(0.1, **SILENT, **LONG)
    errors = [
        np.abs(
            simulated(dt, semantics="tick", **SILENT, **LONG)[0][:: round(0.1 / dt)] - reference
        ).max()
        for dt in (0.1, 0.05, 0.025)
    ]
    assert errors[-1] < 0.15
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2.0, rtol=0.05)
