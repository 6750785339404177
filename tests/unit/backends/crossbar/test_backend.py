"""Networks on crossbars as users meet them: run, count, save, check, refuse."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neuro.errors import CheckError, ResultError, ValidationError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    BinaryThresholdUnit,
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
from neuro.registry import backend_names, load_backend
from neuro.run import check, compile_network, simulate

RRAM = "crossbar_rram_nladc"
OFF = ("programming_error", "read_noise", "faults", "wires", "converter")


def rram(*options: str):
    return load_target(RRAM, options)


def only(effect: str):
    """Return the RRAM target with one effect alone."""
    return rram(*(f"{name}={str(name == effect).lower()}" for name in OFF))


@pytest.fixture
def learning() -> Network:
    """Poisson and scheduled sources, several delays, both receptors, and a rule."""
    rule = PairSTDP(
        weight=0.5,
        delay=2.0,
        rule="additive",
        amplitude="absolute",
        a_plus=0.4,
        a_minus=0.2,
        w_max=3.0,
    )
    cell = CurrentExponentialLIF(tau_refrac=2.0, i_offset=0.6)
    return Network(
        name="learning",
        populations=[Population("a", 6, cell), Population("b", 4, cell)],
        inputs=[
            Poisson(name="noise", size=8, rate=80.0),
            SpikeArray(name="in", size=3, times=[1.0, 9.0, 17.0, 25.0], indices=[0, 1, 2, 0]),
        ],
        projections=[
            Projection(
                "noise",
                "a",
                FixedProbability(probability=0.6),
                Static(weight=Uniform(0.5, 2.5), delay=1.0),
            ),
            Projection("in", "a", AllToAll(), Static(weight=3.0, delay=Uniform(1.0, 4.0))),
            Projection("a", "b", AllToAll(), rule),
            Projection("b", "a", AllToAll(), Static(weight=1.0), receptor="inhibitory"),
        ],
        probes=[
            Probe(population="a"),
            Probe(population="b"),
            Probe(population="a", variable="v", interval="2 ms"),
        ],
        dt=1.0,
        semantics="exact",
        seed=5,
    )


def spikes(result) -> dict:
    return {name: (s.times.tolist(), s.indices.tolist()) for name, s in result.spikes.items()}


def test_backend_is_listed_and_offers_both_semantics() -> None:
    assert "crossbar" in backend_names()
    able = load_backend("crossbar").capabilities(load_target("crossbar_ideal"))
    assert able.semantics == {"exact", "tick"}


# Conductances are weights over a scale: the last bits differ, the spikes do not.
@pytest.mark.parametrize("mapping", ["differential", "offset", "single"])
@pytest.mark.filterwarnings("ignore::neuro.errors.SemanticsWarning")
@pytest.mark.parametrize("semantics", ["exact", "tick"])
def test_ideal_crossbar_spikes_as_the_cpu(learning, mapping: str, semantics: str) -> None:
    target = load_target("crossbar_ideal", [f"mapping={mapping}"])
    there = simulate(learning, 200, backend="crossbar", target=target, semantics=semantics)
    here = simulate(learning, 200, target="cpu_reference", semantics=semantics)
    assert there.counters.spikes["b"] > 10
    assert spikes(there) == spikes(here)
    assert there.counters.synaptic_events == here.counters.synaptic_events
    assert there.counters.plastic_updates == here.counters.plastic_updates
    assert there.weights["a->b"].values == pytest.approx(here.weights["a->b"].values, abs=1e-9)
    assert there.traces["a"]["v"].values == pytest.approx(here.traces["a"]["v"].values, abs=1e-9)


def test_every_effect_changes_voltages_and_is_alone(learning) -> None:
    ideal = simulate(learning, 100, backend="crossbar", target=only("none"))
    seen = []
    for effect in OFF:
        target = only(effect)
        if effect == "faults":
            faulty = replace(target.coefficients["stuck_off"], value=0.2)
            target = replace(target, coefficients={**target.coefficients, "stuck_off": faulty})
        result = simulate(learning, 100, backend="crossbar", target=target)
        seen.append(result.traces["a"]["v"].values)
        assert not np.array_equal(seen[-1], ideal.traces["a"]["v"].values), effect
    assert len({values.tobytes() for values in seen}) == len(OFF)


def test_run_is_the_same_for_one_seed_and_another_for_the_next(learning) -> None:
    first, second = (
        simulate(learning, 60, backend="crossbar", target=only("read_noise")) for _ in range(2)
    )
    assert np.array_equal(first.traces["a"]["v"].values, second.traces["a"]["v"].values)
    other = simulate(replace(learning, seed=6), 60, backend="crossbar", target=only("read_noise"))
    assert not np.array_equal(first.traces["a"]["v"].values, other.traces["a"]["v"].values)


# One source of one synapse: a spike is a read of one row and a conversion of one column. The
# weight goes from 1 to 1 + A+ at the post spike: one write, to one device of the pair.
def test_reads_conversions_and_writes_are_counted() -> None:
    rule = PairSTDP(
        weight=40.0,
        delay=1.0,
        rule="additive",
        amplitude="absolute",
        a_plus=1.0,
        a_minus=0.0,
        w_max=50.0,
    )
    network = Network(
        name="one",
        populations=[Population("a", 1, CurrentExponentialLIF())],
        inputs=[SpikeArray(name="in", size=1, times=[1.0, 31.0], indices=[0, 0])],
        projections=[Projection("in", "a", AllToAll(), rule)],
        probes=[Probe(population="a")],
        dt=1.0,
        semantics="tick",
    )
    result = simulate(network, 60, backend="crossbar")
    posts = result.counters.spikes["a"]
    found = {name: counts["in->a"] for name, counts in result.counters.hardware.items()}
    assert posts > 0
    assert (found["reads"], found["column_conversions"]) == (2, 2)
    assert found["writes"] == found["write_pulses"] == posts
    # The two reads: 40 of 50 is 80 uS; later more.
    assert found["read_nanosiemens"] > 160_000


def test_weights_that_devices_miss_are_noted(learning) -> None:
    ideal = simulate(learning, 10, backend="crossbar")
    real = simulate(learning, 10, backend="crossbar", target=rram())
    assert not [note for note in ideal.provenance.notes if ".weight" in note.where]
    noted = [note.where for note in real.provenance.notes if "weight" in note.where]
    assert noted == [f"projection {item.name!r}.weight" for item in learning.projections]


@pytest.mark.parametrize("target", ["crossbar_ideal", RRAM])
def test_saved_run_continues_bit_for_bit(learning, tmp_path: Path, target: str) -> None:
    with compile_network(learning, backend="crossbar", target=target) as program:
        program.run(40)
        program.save(tmp_path / "state.h5")
        program.run(40)
        whole = program.result()
        program.reset()
        program.run(80)
        again = program.result()
    with compile_network(learning, backend="crossbar", target=target) as program:
        program.restore(tmp_path / "state.h5")
        program.run(40)
        continued = program.result()
    for other in (again, continued):
        assert spikes(other) == spikes(whole)
        assert np.array_equal(other.traces["a"]["v"].values, whole.traces["a"]["v"].values)
        assert np.array_equal(other.weights["a->b"].values, whole.weights["a->b"].values)
        assert other.counters.hardware == whole.counters.hardware


def test_state_of_another_target_is_refused(learning, tmp_path: Path) -> None:
    with compile_network(learning, backend="crossbar") as program:
        program.save(tmp_path / "state.h5")
    with (
        compile_network(learning, backend="crossbar", target=RRAM) as program,
        pytest.raises(ResultError, match="target"),
    ):
        program.restore(tmp_path / "state.h5")


def test_samples_have_noise_of_their_own_and_leave_the_state(learning) -> None:
    with compile_network(learning, backend="crossbar", target=only("read_noise")) as program:
        program.run(20)
        before = program.result().counters.hardware
        first = program.run_batch(300, [{}, {}, {}])
        again = program.run_batch(300, [{}, {}, {}])
        assert program.result().counters.hardware == before
    assert np.array_equal(first.counts["a"], again.counts["a"])
    assert not np.array_equal(first.counts["a"][0], first.counts["a"][1])


@pytest.fixture
def signed() -> Network:
    """Make a network with a negative weight, which only signed receptors have."""
    return Network(
        name="signed",
        populations=[Population("a", 2, BinaryThresholdUnit(threshold=1.0))],
        inputs=[SpikeArray(name="in", size=1, times=[1.0], indices=[0])],
        projections=[Projection("in", "a", AllToAll(), Static(weight=-1.0), receptor="input")],
        dt=1.0,
    )


def test_negative_weight_on_single_devices_is_refused_and_found(signed) -> None:
    target = load_target("crossbar_ideal", ["mapping=single"])
    with pytest.raises(ValidationError, match=r"projection 'in->a'.*not negative"):
        compile_network(signed, backend="crossbar", target=target)
    report = check(signed, target=target)
    assert report.fails() and report.findings[0].what == "weights"
    assert not check(signed, target="crossbar_ideal").fails()


def test_tile_larger_than_the_array_is_refused(learning) -> None:
    with pytest.raises(ValidationError, match="tile_rows"):
        compile_network(learning, backend="crossbar", target=rram("tile_rows=1000"))
    with pytest.raises(CheckError, match="tile_rows"):
        check(learning, target=rram("tile_rows=1000", "tile_columns=10000"))


# noise->a: 60 % of 48 pairs; in->a has its synapses spread over delays of 1 to 4 steps.
def test_check_shows_tiles_and_their_use(learning) -> None:
    report = check(learning, target=rram("tile_rows=4", "tile_columns=6"))
    tiles = {table.name: table for table in report.tables}["tiles"]
    rows = [dict(zip(tiles.columns, row, strict=True)) for row in tiles.rows]
    back = next(row for row in rows if row["projection"] == "b->a")
    assert (back["rows"], back["columns"], back["tiles"]) == (4, 6, "1 x 2")
    assert back["devices"] == 48 and back["devices with a synapse (%)"] == 100.0
    assert back["tiles filled (%)"] == 100.0
    assert {row["delay (steps)"] for row in rows if row["projection"] == "in->a"} <= {1, 2, 3, 4}
    assert sum(row["synapses"] for row in rows[:-1]) == rows[-1]["synapses"]
    assert sum(row["devices"] for row in rows[:-1]) == rows[-1]["devices"]


# sqrt(2) * 2.67 / 150 is 2.5 % (specs, section 3.1); 40 states.
def test_check_shows_errors_and_the_write_step(learning) -> None:
    report = check(learning, target=RRAM)
    weights = {table.name: table for table in report.tables}["weights"]
    row = dict(zip(weights.columns, weights.rows[2], strict=True))
    assert row["write error (% of largest)"] == pytest.approx(2.517, abs=0.001)
    assert row["weight for 1 uS"] == pytest.approx(3.0 / 150)
    (finding,) = report.findings
    assert finding.what == "write step" and "0.075" in finding.limit
    assert not report.fails()
