"""Rates, potentials, latencies and logic against formulas, recursions and truth tables."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro import simulate
from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
    ConductanceExponentialLIF,
    CurrentExponentialLIF,
    DeltaLIF,
    DiscreteLIF,
    Network,
    OneToOne,
    Population,
    Probe,
    Projection,
    SpikeArray,
    Static,
)

SEMANTICS = ["exact", "tick"]
both_semantics = pytest.mark.parametrize("semantics", SEMANTICS)

# specs, ca3_cam section 2
SHARED = {"tau_refrac": 1.0, "tau_syn_E": 0.3, "tau_syn_I": 0.3, "v_rest": -60.0, "v_reset": -60.0}
TYPE_A = {"cm": 0.27, "tau_m": 3.0, "v_thresh": -57.0, **SHARED}
TYPE_B = {"cm": 0.14, "tau_m": 0.5, "v_thresh": -57.0, **SHARED}
OUT = {**TYPE_A, "v_thresh": -57.5}


def one_event(cell: Any, weight: Any, *, delay: float = 1.0, **settings: Any) -> Network:
    """Make neurons, one for each weight, that get one spike that leaves at 2 ms."""
    size = np.size(weight)
    receptor = settings.pop("receptor", next(iter(cell.receptors)))
    variables = list(cell.variables)[:1]
    return Network(
        name="one event",
        **{"dt": 1.0, **settings},
        populations=[Population("cell", size, cell)],
        inputs=[SpikeArray(name="input", size=1, times=[2.0], indices=[0])],
        projections=[
            Projection(
                "input",
                "cell",
                AllToAll(),
                Static(weight=np.atleast_2d(weight), delay=delay),
                receptor=receptor,
            )
        ],
        probes=[
            Probe(population="cell"),
            *(Probe(population="cell", variable=name) for name in variables),
        ],
    )


@both_semantics
@pytest.mark.parametrize("kind", [CurrentExponentialLIF, ConductanceExponentialLIF, DeltaLIF])
def test_lif_fires_at_the_analytic_rate(kind: type, semantics: Any) -> None:
    # T = tau_refrac + tau_m ln((R I + v_rest - v_reset) / (R I + v_rest - v_thresh)), rounded up
    dt, current = 0.1, np.linspace(0.2, 1.0, 20)
    cell = kind(cm=0.25, tau_m=20.0, tau_refrac=2.0, v_rest=-65.0, v_reset=-70.0, i_offset=current)
    network = Network(
        name="rates",
        dt=dt,
        semantics=semantics,
        populations=[Population("cell", current.size, cell)],
        probes=[Probe(population="cell")],
    )
    spikes = simulate(network, 300.0).spikes["cell"]
    drive = 20.0 / 0.25 * current
    rise = 20.0 * np.log((drive - 65.0 + 70.0) / (drive - 65.0 + 50.0))
    for neuron, steps in enumerate(20 + np.ceil(rise / dt).astype(int)):
        intervals = np.diff(spikes.ticks(dt)[spikes.indices == neuron])
        assert intervals.tolist() == [steps] * intervals.size
        assert intervals.size >= 3


@both_semantics
def test_lif_below_the_rheobase_settles_and_stays_silent(semantics: Any) -> None:
    cell = CurrentExponentialLIF(cm=0.25, tau_m=20.0, i_offset=0.99 * 15.0 * 0.25 / 20.0)
    network = Network(
        name="silent",
        dt=1.0,
        semantics=semantics,
        populations=[Population("cell", 1, cell)],
        probes=[Probe(population="cell"), Probe(population="cell", variable="v")],
    )
    result = simulate(network, 1000.0)
    assert result.spikes["cell"].times.size == 0
    assert result.traces["cell"]["v"].values[-1, 0] == pytest.approx(-65.0 + 0.99 * 15.0, abs=1e-9)


@pytest.mark.parametrize(("receptor", "sign"), [("excitatory", 1.0), ("inhibitory", -1.0)])
@pytest.mark.parametrize("tau_syn", [0.5, 6.0, 40.0])
def test_exact_psp_is_the_difference_of_exponentials(
    tau_syn: float, receptor: str, sign: float
) -> None:
    cell = CurrentExponentialLIF(cm=0.25, tau_m=20.0, tau_syn_E=tau_syn, tau_syn_I=tau_syn)
    network = one_event(cell, 0.05, delay=1.5, dt=0.1, receptor=receptor)
    trace = simulate(network, 80.0).traces["cell"]["v"]
    elapsed = np.maximum(trace.times - 3.5, 0.0)
    scale = 0.05 / 0.25 * 20.0 * tau_syn / (20.0 - tau_syn)
    expected = scale * (np.exp(-elapsed / 20.0) - np.exp(-elapsed / tau_syn))
    np.testing.assert_allclose(trace.values[:, 0] + 65.0, sign * expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("receptor", "sign"), [("excitatory", 1.0), ("inhibitory", -1.0)])
@pytest.mark.parametrize(("cell", "peak"), [(TYPE_A, 0.91120), (TYPE_B, 0.89337)], ids="AB")
def test_tick_psp_is_the_tabulated_one(
    cell: dict[str, float], peak: float, receptor: str, sign: float
) -> None:
    # specs, ca3_cam section 4; its recursion solved: V(n) = R s0 (1 - m) (m^n - s^n) / (m - s).
    # Its table holds to one unit of the machine's numbers, 2^-15 mV.
    m, s = np.exp(-1 / cell["tau_m"]), np.exp(-1 / 0.3)
    ticks = np.maximum(np.arange(20) - 3.0, 0.0)  # leaves at 2, arrives at 3, seen at the end of 3
    scale = cell["tau_m"] / cell["cm"] * 0.3 * (1 - s) * (1 - m) / (m - s)
    network = one_event(CurrentExponentialLIF(**cell), 1.0, semantics="tick", receptor=receptor)
    deviation = sign * (simulate(network, 20.0).traces["cell"]["v"].values[:, 0] + 60.0)
    np.testing.assert_allclose(deviation, scale * (m**ticks - s**ticks), rtol=0, atol=1e-12)
    assert deviation.max() == pytest.approx(peak, abs=2**-15)


@pytest.mark.parametrize(
    ("cell", "weight"), [(TYPE_A, 3.2924), (TYPE_B, 3.3581), (OUT, 2.7437)], ids=["A", "B", "OUT"]
)
def test_tick_threshold_weight_is_the_tabulated_one(cell: dict[str, float], weight: float) -> None:
    # specs, ca3_cam section 4, to the four decimals given there
    weights = [weight - 1e-4, weight + 1e-4]
    network = one_event(CurrentExponentialLIF(**cell), weights, semantics="tick")
    assert simulate(network, 20.0).spikes["cell"].indices.tolist() == [1]


@both_semantics
def test_refractory_of_one_step_leaves_one_silent_step(semantics: Any) -> None:
    network = Network(
        name="as fast as it can",
        dt=1.0,
        semantics=semantics,
        populations=[Population("cell", 1, CurrentExponentialLIF(**TYPE_A, i_offset=100.0))],
        probes=[Probe(population="cell")],
    )
    times = simulate(network, 100.0).spikes["cell"].times
    assert times.size == 50
    assert np.diff(times).tolist() == [2.0] * 49


LATENCY = {
    # steps from the arrival of a strong spike to the answer
    (CurrentExponentialLIF(**TYPE_A), "tick"): 0,
    (CurrentExponentialLIF(**TYPE_A), "exact"): 1,
    (ConductanceExponentialLIF(**TYPE_A), "tick"): 0,
    (ConductanceExponentialLIF(**TYPE_A), "exact"): 1,
    (DeltaLIF(), "tick"): 0,
    (DeltaLIF(), "exact"): 0,  # as NEST's iaf_psc_delta
    (DiscreteLIF(), "tick"): 0,
    (DiscreteLIF(), "exact"): 0,
    (BinaryThresholdUnit(), "tick"): 0,
    (BinaryThresholdUnit(), "exact"): 0,
}


@pytest.mark.parametrize(
    ("cell", "semantics"), LATENCY, ids=[f"{type(cell).__name__}-{name}" for cell, name in LATENCY]
)
@pytest.mark.parametrize("delays", [(1.0, 1.0), (4.0, 2.0)])
def test_spike_answers_at_its_arrival_or_one_step_later(
    cell: Any, semantics: Any, delays: tuple[float, float]
) -> None:
    receptor = next(iter(cell.receptors))
    network = Network(
        name="chain",
        dt=1.0,
        semantics=semantics,
        populations=[Population("first", 1, cell), Population("second", 1, cell)],
        inputs=[SpikeArray(name="input", size=1, times=[5.0], indices=[0])],
        projections=[
            Projection(
                source, target, OneToOne(), Static(weight=20.0, delay=delay), receptor=receptor
            )
            for source, target, delay in zip(
                ("input", "first"), ("first", "second"), delays, strict=True
            )
        ],
        probes=[Probe(population="first"), Probe(population="second")],
    )
    result = simulate(network, 30.0)
    first = 5.0 + delays[0] + LATENCY[cell, semantics]
    assert result.spikes["first"].times[0] == first
    assert result.spikes["second"].times[0] == first + delays[1] + LATENCY[cell, semantics]


@pytest.mark.parametrize(
    ("semantics", "spike", "first"), [("exact", 0.0, 0), ("tick", 0.0, 1), ("exact", 7.0, 7)]
)
def test_delta_jump_is_seen_at_its_arrival(semantics: Any, spike: float, first: int) -> None:
    # A sample is the state at the start of its step: under tick it shows an arrival one step later.
    network = Network(
        name="jump",
        dt=1.0,
        semantics=semantics,
        populations=[Population("cell", 1, DeltaLIF(tau_m=1e9))],
        inputs=[SpikeArray(name="input", size=1, times=[spike], indices=[0])],
        projections=[Projection("input", "cell", OneToOne(), Static(weight=1.0, delay=3.0))],
        probes=[Probe(population="cell", variable="v")],
    )
    trace = simulate(network, 20.0).traces["cell"]["v"]
    risen = trace.values[:, 0] > -64.5
    assert trace.times[risen][0] == first + 3


def discrete_reference(
    decay: Any, threshold: float, driven: NDArray[Any], weights: tuple[Any, Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Iterate u = a u (1 - s) + x W_in + s W_rec, s = [u > threshold]; return u (1 - s) and s."""
    u = np.zeros(weights[1].shape[0])
    s = np.zeros_like(u)
    kept, spikes = [], []
    for x in driven:
        u = decay * u * (1 - s) + x @ weights[0] + s @ weights[1]
        s = (u > threshold).astype(float)
        kept.append(u * (1 - s))
        spikes.append(s)
    return np.array(kept), np.array(spikes)


@both_semantics
@pytest.mark.parametrize("grid", [None, 0.125], ids=["real", "dyadic"])
def test_discrete_lif_follows_its_recursion(semantics: Any, grid: float | None) -> None:
    # specs, resistive_lsm section 1.1. On dyadic numbers every sum is exact, and some reach the
    # threshold exactly without crossing it.
    rng = np.random.default_rng(40)
    weights = [rng.normal(0.0, 0.6, shape) for shape in ((16, 60), (60, 60))]
    if grid is not None:
        weights = [np.rint(item / grid) * grid for item in weights]
    decay = rng.uniform(0.8, 0.99, 60) if grid is None else 0.5
    driven = rng.random((200, 16)) < 0.2
    steps, indices = np.nonzero(driven)
    first = 0 if semantics == "exact" else 1  # arrival of a spike at 0 with a delay of one step
    network = Network(
        name="reservoir",
        dt=1.0,
        semantics=semantics,
        populations=[Population("cell", 60, DiscreteLIF(decay=decay, threshold=1.0))],
        inputs=[SpikeArray(name="input", size=16, times=steps.astype(float), indices=indices)],
        projections=[
            Projection(source, "cell", AllToAll(), Static(weight=weight), receptor="input")
            for source, weight in zip(("input", "cell"), weights, strict=True)
        ],
        probes=[Probe(population="cell"), Probe(population="cell", variable="u")],
    )
    result = simulate(network, 200.0 + first)
    kept, fired = discrete_reference(decay, 1.0, driven, (weights[0], weights[1]))
    step, neuron = np.nonzero(fired)
    spikes = result.spikes["cell"]
    assert 0.02 < fired.mean() < 0.5
    assert grid is None or np.count_nonzero(kept == 1.0) > 20
    np.testing.assert_array_equal(spikes.times, step + 1)
    np.testing.assert_array_equal(spikes.indices, neuron)
    trace = result.traces["cell"]["u"].values[1 + first :]
    np.testing.assert_allclose(trace, kept[: len(trace)], rtol=0, atol=1e-12)


@both_semantics
def test_threshold_units_compute_exclusive_or(semantics: Any) -> None:
    cases = list(product([0, 1], repeat=2))
    spikes = [(10.0 * k, line) for k, case in enumerate(cases) for line in (0, 1) if case[line]]
    hidden = BinaryThresholdUnit(threshold=[1.0, 2.0])  # or, and
    network = Network(
        name="xor",
        dt=1.0,
        semantics=semantics,
        populations=[
            Population("hidden", 2, hidden),
            Population("output", 1, BinaryThresholdUnit()),
        ],
        inputs=[
            SpikeArray(
                name="x", size=2, times=[t for t, _ in spikes], indices=[i for _, i in spikes]
            )
        ],
        projections=[
            Projection("x", "hidden", AllToAll(), Static(weight=1.0), receptor="input"),
            Projection(
                "hidden", "output", AllToAll(), Static(weight=[[1.0], [-1.0]]), receptor="input"
            ),
        ],
        probes=[Probe(population="output")],
    )
    times = simulate(network, 50.0).spikes["output"].times
    assert times.tolist() == [10.0 * k + 2 for k, (a, b) in enumerate(cases) if a != b]


@both_semantics
def test_threshold_unit_computes_majority(semantics: Any) -> None:
    cases = np.array(list(product([0, 1], repeat=5)))
    times, lines = np.nonzero(cases)
    network = Network(
        name="majority",
        dt=1.0,
        semantics=semantics,
        populations=[Population("output", 1, BinaryThresholdUnit(threshold=3.0))],
        inputs=[SpikeArray(name="x", size=5, times=times.astype(float), indices=lines)],
        projections=[Projection("x", "output", AllToAll(), Static(weight=1.0), receptor="input")],
        probes=[Probe(population="output")],
    )
    spikes = simulate(network, 40.0).spikes["output"].times
    assert spikes.tolist() == [k + 1.0 for k, case in enumerate(cases) if case.sum() >= 3]
