"""Arrays of any size, cells and wires: solvers settle, agree and lose what physics says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuro.backends.crossbar.devices import SinhConduction
from neuro.backends.crossbar.wires import (
    OHM,
    Wires,
    effective_conductance,
    first_order,
    linear_operating_point,
    operating_point,
)

KINDS = ("uniform", "random", "binary", "rare", "decades", "stripes")


@st.composite
def arrays(draw: st.DrawFn):
    """Conductances, row voltages and wires of 0.1 to 5 ohm."""
    rows, columns = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    largest = draw(st.floats(1, 1000))
    shape = rows, columns
    conductance = {
        "uniform": lambda: np.full(shape, 1.0),
        "random": lambda: rng.random(shape),
        "binary": lambda: rng.integers(0, 2, shape).astype(float),
        "rare": lambda: (rng.random(shape) < 0.02).astype(float),
        "decades": lambda: 10 ** rng.uniform(-12, 0, shape),
        "stripes": lambda: np.outer(np.arange(rows) % 2, np.ones(columns)),
    }[draw(st.sampled_from(KINDS))]()
    ohm = st.floats(0.1, 5)
    end = st.sampled_from([0.0, 1.0, 1000.0])
    row, column, driver, sense = (OHM * draw(part) for part in (ohm, ohm, end, end))
    wires = Wires(row=row, column=column, driver=driver, sense=sense)
    return largest * conductance, rng.uniform(-200, 200, (2, rows)), wires


@given(arrays())
def test_linear_solvers_settle_and_agree(case):
    conductance, voltage, wires = case
    point = linear_operating_point(conductance, voltage, wires)
    exact = voltage @ effective_conductance(conductance, wires)
    scale = np.abs(exact).max()
    assert point.residual <= 1e-9
    assert np.abs(point.column_current - exact).max() <= 1e-8 * scale
    balance = point.cell_power + point.wire_power(wires)
    assert np.abs(point.source_power - balance).max() <= 1e-9 * np.abs(balance).max()


@given(arrays(), st.floats(8, 1000))
def test_bending_cells_settle(case, v_0):
    conductance, voltage, wires = case
    law = SinhConduction(voltage=v_0)
    point = operating_point(conductance, voltage, wires, law)
    drawn = law.current(conductance, point.cell_voltage)
    assert point.residual <= 1e-9
    assert np.linalg.norm(point.current - drawn) <= 1e-9 * np.linalg.norm(drawn) + 1e-12
    # No node leaves the range of the sources and ground.
    assert np.abs(point.word).max() <= np.abs(voltage).max() * (1 + 1e-9)
    assert np.abs(point.bit).max() <= np.abs(voltage).max() * (1 + 1e-9)


@given(arrays())
def test_wires_only_take_and_leak_to_other_columns(case):
    conductance, _, wires = case
    effective = effective_conductance(conductance, wires)
    assert (effective >= 0).all()
    # A source alone sees no more than its row of cells with all far ends at ground.
    assert (effective.sum(axis=1) <= conductance.sum(axis=1) * (1 + 1e-12)).all()


@given(arrays())
def test_more_resistance_never_raises_the_total(case):
    # Rayleigh's monotonicity: the power drawn by equal row voltages falls with any resistance.
    conductance, _, wires = case
    more = Wires(
        row=1.5 * wires.row, column=wires.column, driver=2 * wires.driver, sense=wires.sense
    )
    before = effective_conductance(conductance, wires).sum()
    assert effective_conductance(conductance, more).sum() <= before * (1 + 1e-12)


@given(arrays())
def test_estimate_stays_within_its_error(case):
    conductance, voltage, wires = case
    estimate = first_order(conductance, voltage, wires)
    exact = voltage @ effective_conductance(conductance, wires)
    rounding = 1e-9 * np.abs(exact).max()
    assert (np.abs(estimate.current - exact) <= estimate.error * (1 + 1e-9) + rounding).all()
