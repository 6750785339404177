"""Reference kernels of the cell types: one pure step function for each cell and semantics.

A step takes the state, the summed weights that arrive in this step, shape (receptors, neurons),
and constants; it returns the new state and who spiked. Sources: `exact` is exact integration on a
grid (Rotter and Diesmann, Biol. Cybern. 81 (1999), doi:10.1007/s004220050570); `tick` is specs,
ca3_cam section 4 and spinnaker section 2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

from neuro.plan import PlannedPopulation

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
State = dict[str, NDArray[Any]]
Constants = dict[str, Any]

QUADRATURE_NODES = 5
"""Gauss-Legendre nodes per step for conductances; the error falls as dt to the tenth power."""


@dataclass(frozen=True, slots=True)
class CellKernel:
    """How one cell type computes under one semantics.

    Parameters
    ----------
    constants : callable
        From a planned population and dt to whatever the step needs, computed once.
    initial : callable
        From a planned population to its state at time zero.
    step : callable
        From state, arrivals and constants to the new state and the spike mask.
    """

    constants: Callable[[PlannedPopulation, float], Constants]
    initial: Callable[[PlannedPopulation], State]
    step: Callable[[State, FloatArray, Constants], tuple[State, BoolArray]]


def kernel(cell: str, semantics: str) -> CellKernel:
    """Return the reference kernel of a cell type under `exact` or `tick`."""
    return KERNELS[cell, semantics]


def _lif_initial(*synaptic: str) -> Callable[[PlannedPopulation], State]:
    def initial(population: PlannedPopulation) -> State:
        size = population.size
        state: State = {name: np.zeros(size) for name in synaptic}
        state["v"] = np.broadcast_to(population.parameters["v_init"], size).astype(np.float64)
        state["refractory"] = np.zeros(size, dtype=np.int64)
        return state

    return initial


def _membrane(population: PlannedPopulation, dt: float) -> Constants:
    p = population.parameters
    resistance = p["tau_m"] / p["cm"]
    return {
        "v_rest": p["v_rest"],
        "v_reset": p["v_reset"],
        "v_thresh": p["v_thresh"],
        "i_offset": p["i_offset"],
        "refractory_steps": population.refractory_steps,
        "resistance": resistance,
        "decay_m": np.exp(-dt / p["tau_m"]),
        "gain_offset": -resistance * np.expm1(-dt / p["tau_m"]),
    }


def _synaptic_decay(population: PlannedPopulation, dt: float) -> Constants:
    p = population.parameters
    return {
        "decay_E": np.exp(-dt / p["tau_syn_E"]),
        "decay_I": np.exp(-dt / p["tau_syn_I"]),
    }


def _fire(
    v: FloatArray, free: BoolArray, refractory: NDArray[np.int64], c: Constants
) -> tuple[State, BoolArray]:
    """Find who reached threshold, reset them, and count refractory steps down for the others."""
    spiked = v >= c["v_thresh"]
    waiting = np.where(free, 0, refractory - 1)
    return {
        "v": np.where(spiked, c["v_reset"], v),
        "refractory": np.where(spiked, c["refractory_steps"], waiting),
    }, spiked


# --- current-based, exponential synapses ---------------------------------------------------------


def _current_exact_constants(population: PlannedPopulation, dt: float) -> Constants:
    p = population.parameters

    def gain(tau_syn: Any) -> Any:
        # (1/C) int_0^dt exp(-(dt - s)/tau_m) exp(-s/tau_syn) ds, in a form without the pole at
        # tau_m = tau_syn.
        return dt / p["cm"] * np.exp(-dt / p["tau_m"]) * exprel(dt / p["tau_m"] - dt / tau_syn)

    return {
        **_membrane(population, dt),
        **_synaptic_decay(population, dt),
        "gain_E": gain(p["tau_syn_E"]),
        "gain_I": gain(p["tau_syn_I"]),
    }


def _current_exact_step(
    state: State, arrivals: FloatArray, c: Constants
) -> tuple[State, BoolArray]:
    v, i_e, i_i = state["v"], state["i_excitatory"], state["i_inhibitory"]
    free = state["refractory"] <= 0
    propagated = (
        (c["v_rest"] + c["gain_offset"] * c["i_offset"])
        + c["decay_m"] * (v - c["v_rest"])
        + (c["gain_E"] * i_e - c["gain_I"] * i_i)
    )
    fired, spiked = _fire(np.where(free, propagated, v), free, state["refractory"], c)
    return {
        "i_excitatory": c["decay_E"] * i_e + arrivals[0],
        "i_inhibitory": c["decay_I"] * i_i + arrivals[1],
        **fired,
    }, spiked


def _tick_constants(population: PlannedPopulation, dt: float) -> Constants:
    p = population.parameters

    def charge(tau_syn: Any) -> Any:
        # An arrival is scaled so that the charge of its first step is conserved.
        return -tau_syn / dt * np.expm1(-dt / tau_syn)

    return {
        **_membrane(population, dt),
        **_synaptic_decay(population, dt),
        "charge_E": charge(p["tau_syn_E"]),
        "charge_I": charge(p["tau_syn_I"]),
        **{name: p[name] for name in ("e_rev_E", "e_rev_I") if name in p},
    }


def _current_tick_step(state: State, arrivals: FloatArray, c: Constants) -> tuple[State, BoolArray]:
    i_e = state["i_excitatory"] + c["charge_E"] * arrivals[0]
    i_i = state["i_inhibitory"] + c["charge_I"] * arrivals[1]
    fired, spiked = _tick_membrane(state, i_e - i_i, c)
    return {
        "i_excitatory": c["decay_E"] * i_e,
        "i_inhibitory": c["decay_I"] * i_i,
        **fired,
    }, spiked


def _tick_membrane(state: State, current: FloatArray, c: Constants) -> tuple[State, BoolArray]:
    v = state["v"]
    free = state["refractory"] <= 0
    asymptote = c["v_rest"] + c["resistance"] * (current + c["i_offset"])
    v = np.where(free, asymptote - c["decay_m"] * (asymptote - v), v)
    return _fire(v, free, state["refractory"], c)


# --- conductance-based, exponential synapses -----------------------------------------------------


def _conductance_exact_constants(population: PlannedPopulation, dt: float) -> Constants:
    p = population.parameters
    nodes, weights = np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    times = 0.5 * dt * (nodes + 1.0)

    def column(value: Any) -> FloatArray:
        as_column: FloatArray = np.asarray(value, dtype=np.float64)[..., None]
        return as_column

    def remaining(tau: Any) -> FloatArray:
        """Integrate exp(-s/tau) from each node to the end of the step."""
        tail: FloatArray = column(tau) * (np.exp(-times / column(tau)) - np.exp(-dt / column(tau)))
        return tail

    return {
        **_membrane(population, dt),
        **_synaptic_decay(population, dt),
        "cm": p["cm"],
        "drive_E": p["e_rev_E"] - p["v_rest"],
        "drive_I": p["e_rev_I"] - p["v_rest"],
        "leak": dt / p["tau_m"],
        "open_E": -p["tau_syn_E"] * np.expm1(-dt / p["tau_syn_E"]) / p["cm"],
        "open_I": -p["tau_syn_I"] * np.expm1(-dt / p["tau_syn_I"]) / p["cm"],
        "node_weights": 0.5 * dt * weights / column(p["cm"]),
        "node_E": np.exp(-times / column(p["tau_syn_E"])),
        "node_I": np.exp(-times / column(p["tau_syn_I"])),
        "node_leak": (dt - times) / column(p["tau_m"]),
        "node_open_E": remaining(p["tau_syn_E"]) / column(p["cm"]),
        "node_open_I": remaining(p["tau_syn_I"]) / column(p["cm"]),
    }


def _conductance_exact_step(
    state: State, arrivals: FloatArray, c: Constants
) -> tuple[State, BoolArray]:
    """Solve the linear membrane equation; only the forcing integral is a quadrature."""
    v, g_e, g_i = state["v"], state["g_excitatory"], state["g_inhibitory"]
    free = state["refractory"] <= 0
    total = np.exp(-(c["leak"] + c["open_E"] * g_e + c["open_I"] * g_i))
    e, i = g_e[:, None], g_i[:, None]
    survive = np.exp(-(c["node_leak"] + c["node_open_E"] * e + c["node_open_I"] * i))
    drive_e = np.asarray(c["drive_E"])[..., None] * c["node_E"] * e
    drive_i = np.asarray(c["drive_I"])[..., None] * c["node_I"] * i
    forcing = drive_e + drive_i + np.asarray(c["i_offset"])[..., None]
    driven = np.sum(c["node_weights"] * survive * forcing, axis=1)
    propagated = c["v_rest"] + total * (v - c["v_rest"]) + driven
    fired, spiked = _fire(np.where(free, propagated, v), free, state["refractory"], c)
    return {
        "g_excitatory": c["decay_E"] * g_e + arrivals[0],
        "g_inhibitory": c["decay_I"] * g_i + arrivals[1],
        **fired,
    }, spiked


def _conductance_tick_step(
    state: State, arrivals: FloatArray, c: Constants
) -> tuple[State, BoolArray]:
    g_e = state["g_excitatory"] + c["charge_E"] * arrivals[0]
    g_i = state["g_inhibitory"] + c["charge_I"] * arrivals[1]
    v = state["v"]
    current = g_e * (c["e_rev_E"] - v) + g_i * (c["e_rev_I"] - v)
    fired, spiked = _tick_membrane(state, current, c)
    return {
        "g_excitatory": c["decay_E"] * g_e,
        "g_inhibitory": c["decay_I"] * g_i,
        **fired,
    }, spiked


# --- delta synapses, discrete time ---------------------------------------------------------------


def _delta_step(state: State, arrivals: FloatArray, c: Constants) -> tuple[State, BoolArray]:
    v = state["v"]
    free = state["refractory"] <= 0
    propagated = (
        (c["v_rest"] + c["gain_offset"] * c["i_offset"])
        + c["decay_m"] * (v - c["v_rest"])
        + (arrivals[0] - arrivals[1])
    )
    return _fire(np.where(free, propagated, v), free, state["refractory"], c)


def _own_parameters(population: PlannedPopulation, dt: float) -> Constants:
    return dict(population.parameters)


def _discrete_initial(population: PlannedPopulation) -> State:
    return {"u": np.zeros(population.size)}


def _discrete_step(state: State, arrivals: FloatArray, c: Constants) -> tuple[State, BoolArray]:
    u = c["decay"] * state["u"] + arrivals[0]
    spiked = u > c["threshold"]
    return {"u": np.where(spiked, 0.0, u)}, spiked


def _binary_initial(population: PlannedPopulation) -> State:
    return {}


def _binary_step(state: State, arrivals: FloatArray, c: Constants) -> tuple[State, BoolArray]:
    return {}, arrivals[0] >= c["threshold"]


_CURRENTS = _lif_initial("i_excitatory", "i_inhibitory")
_CONDUCTANCES = _lif_initial("g_excitatory", "g_inhibitory")
_DELTA = CellKernel(_membrane, _lif_initial(), _delta_step)
_DISCRETE = CellKernel(_own_parameters, _discrete_initial, _discrete_step)
_BINARY = CellKernel(_own_parameters, _binary_initial, _binary_step)

KERNELS: Mapping[tuple[str, str], CellKernel] = {
    ("CurrentExponentialLIF", "exact"): CellKernel(
        _current_exact_constants, _CURRENTS, _current_exact_step
    ),
    ("CurrentExponentialLIF", "tick"): CellKernel(_tick_constants, _CURRENTS, _current_tick_step),
    ("ConductanceExponentialLIF", "exact"): CellKernel(
        _conductance_exact_constants, _CONDUCTANCES, _conductance_exact_step
    ),
    ("ConductanceExponentialLIF", "tick"): CellKernel(
        _tick_constants, _CONDUCTANCES, _conductance_tick_step
    ),
    ("DeltaLIF", "exact"): _DELTA,
    ("DeltaLIF", "tick"): _DELTA,
    ("DiscreteLIF", "exact"): _DISCRETE,
    ("DiscreteLIF", "tick"): _DISCRETE,
    ("BinaryThresholdUnit", "exact"): _BINARY,
    ("BinaryThresholdUnit", "tick"): _BINARY,
}
