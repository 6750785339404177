import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuro.ir import AllToAll, DeltaLIF, Network, Population, Projection, SpikeArray, Static
from neuro.passes import array_steps, discretise, expand
from neuro.plan import Plan

STEPS = st.sampled_from([0.01, 0.1, 0.25, 1.0])
OFF_GRID = st.floats(0.001, 0.999)


def lowered(dt: float, *, delay: float = 10.0, tau_refrac: float = 10.0) -> Plan:
    network = Network(
        name="net",
        populations=[Population("a", 1, DeltaLIF(tau_refrac=tau_refrac))],
        inputs=[SpikeArray(name="in", size=1)],
        projections=[Projection("in", "a", AllToAll(), Static(weight=1.0, delay=delay))],
        dt=dt,
    )
    return discretise(expand(network))


@given(STEPS, st.integers(1, 10**6))
def test_delay_on_the_grid_is_exact_and_silent(dt: float, steps: int) -> None:
    plan = lowered(dt, delay=steps * dt)
    assert plan.projections[0].delay_steps == steps
    assert plan.notes == ()


@given(STEPS, st.integers(1, 10**5), OFF_GRID)
def test_delay_off_the_grid_moves_by_half_a_step_at_most_and_is_noted(
    dt: float, steps: int, fraction: float
) -> None:
    delay = (steps + fraction) * dt
    plan = lowered(dt, delay=delay)
    stored = plan.projections[0].delay_steps * dt
    assert abs(stored - delay) <= dt / 2 * (1 + 1e-9)
    [note] = plan.notes
    assert note.requested == pytest.approx(delay)
    assert note.stored == pytest.approx(stored)
    assert note.relative_error == pytest.approx(abs(stored - delay) / delay, abs=1e-9)


@given(STEPS, st.integers(0, 10**5), OFF_GRID)
def test_refractory_time_off_the_grid_grows_by_less_than_a_step(
    dt: float, steps: int, fraction: float
) -> None:
    plan = lowered(dt, tau_refrac=(steps + fraction) * dt)
    assert plan.populations[0].refractory_steps == steps + 1
    assert len(plan.notes) == 1


@given(
    STEPS,
    st.sampled_from([0, 1]),
    st.lists(st.tuples(st.integers(0, 10**5), st.just(0.0) | OFF_GRID), max_size=10),
)
def test_listed_times_go_to_the_nearest_step_and_only_moved_ones_are_noted(
    dt: float, label: int, parts: list[tuple[int, float]]
) -> None:
    times = np.array([(steps + fraction) * dt for steps, fraction in parts])
    steps, notes = array_steps(times, dt, label, "x")
    assert np.all(np.abs((steps + label) * dt - times) <= dt / 2 * (1 + 1e-9))
    moved = sum(fraction > 0 for _, fraction in parts)
    reasons = [f"{moved} of {len(parts)} not on the grid of {dt:g} ms."] if moved else []
    assert [note.reason for note in notes] == reasons
