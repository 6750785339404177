"""Poisson inputs against the moments of the distribution, and how a run is made must not show."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neuro import simulate
from neuro.ir import Network, Poisson, Probe
from neuro.run import compile_network

SIZE = 400
SIGMAS = 4.0  # a right sampler fails one of these tests in 16,000 seeds; the seed is fixed


def network(
    rate: Any = 50.0, *, dt: float = 1.0, semantics: Any = "exact", **window: Any
) -> Network:
    return Network(
        name="noise",
        dt=dt,
        semantics=semantics,
        populations=[],
        inputs=[Poisson(name="noise", size=SIZE, rate=rate, **window)],
        probes=[Probe(population="noise")],
        seed=60,
    )


def counts(result: Any, begin: float = 0.0, end: float = np.inf) -> NDArray[np.int64]:
    spikes = result.spikes["noise"]
    inside = (spikes.times > begin) & (spikes.times <= end)
    return np.bincount(spikes.indices[inside], minlength=SIZE)


def test_counts_have_poisson_mean_and_variance() -> None:
    expected = 50.0 * 3.0
    drawn = counts(simulate(network(), 3000.0))
    # Var(sample mean) = m / n; Var(sample variance) = (mu4 - m^2) / n with mu4 = m + 3 m^2
    assert abs(drawn.mean() - expected) < SIGMAS * np.sqrt(expected / SIZE)
    spread = np.sqrt((expected + 2 * expected**2) / SIZE)
    assert abs(drawn.var(ddof=1) - expected) < SIGMAS * spread


def test_disjoint_windows_and_sources_are_independent() -> None:
    # A correlation coefficient of n independent pairs has standard deviation 1 / sqrt(n).
    result = simulate(network(), 2000.0)
    windows = [counts(result, begin, begin + 400.0) for begin in (0.0, 400.0, 1000.0, 1400.0)]
    correlations = np.corrcoef(windows)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(SIZE)
    neighbours = np.corrcoef(windows[0][:-1], windows[0][1:])[0, 1]
    assert abs(neighbours) < SIGMAS / np.sqrt(SIZE)


def test_each_source_has_its_own_rate() -> None:
    rates = np.repeat([0.0, 20.0, 80.0, 320.0], SIZE // 4)
    drawn = counts(simulate(network(rates), 2000.0)).reshape(4, -1).mean(axis=1)
    expected = np.array([0.0, 40.0, 160.0, 640.0])
    assert np.all(np.abs(drawn - expected) <= SIGMAS * np.sqrt(expected / (SIZE // 4)))


@pytest.mark.parametrize(("semantics", "label"), [("exact", 1.0), ("tick", 0.0)])
def test_spikes_fall_between_start_and_stop(semantics: Any, label: float) -> None:
    # Under exact a spike carries the end of its step.
    result = simulate(network(semantics=semantics, start=237.0, stop=1491.0), 2000.0)
    times = result.spikes["noise"].times - label
    assert (times.min(), times.max()) == (237.0, 1490.0)
    expected = 50.0 * 1.254
    assert abs(counts(result).mean() - expected) < SIGMAS * np.sqrt(expected / SIZE)


@pytest.mark.parametrize(
    ("dt", "pieces"),
    [(1.0, (1, 249, 250, 499, 1, 1, 999, 500)), (0.3, (0.3, 74.7, 924.9, 0.3, 1499.7))],
)
def test_spikes_do_not_depend_on_how_a_run_is_cut(dt: float, pieces: tuple[float, ...]) -> None:
    whole = simulate(network(dt=dt), sum(pieces)).spikes["noise"]
    with compile_network(network(dt=dt)) as program:
        for piece in pieces:
            program.run(piece)
        cut = program.result().spikes["noise"]
    assert whole.times.size > 45 * sum(pieces) / 1000 * SIZE
    np.testing.assert_array_equal(cut.times, whole.times)
    np.testing.assert_array_equal(cut.indices, whole.indices)


@pytest.mark.parametrize("fine", [0.1, 0.25])
def test_spikes_do_not_depend_on_the_time_step(fine: float) -> None:
    tables = []
    for dt in (1.0, fine):
        spikes = simulate(network(dt=dt, semantics="tick"), 1500.0).spikes["noise"]
        milliseconds = spikes.ticks(dt) // round(1.0 / dt)
        tables.append(
            np.unique(np.stack([milliseconds, spikes.indices]), axis=1, return_counts=True)
        )
    for coarse, finer in zip(*tables, strict=True):
        np.testing.assert_array_equal(coarse, finer)
