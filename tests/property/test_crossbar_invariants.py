"""Any weights on any tiles: nothing is lost in mapping, splitting, placing, saving."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuro.backends.crossbar.converters import UniformConverter
from neuro.backends.crossbar.grid import TileGrid
from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.mapping import largest_weights, make_mapping
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.placement import place
from neuro.backends.crossbar.tile import Tile
from neuro.hardware_configs import load_target, target_names
from neuro.plan import PlannedProjection

IDEAL = hardware_from(load_target("crossbar_ideal"))
NAMES = [name for name in target_names() if name.startswith("crossbar_")]
MAPPINGS = st.sampled_from(["differential", "offset"])
SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))
MATRICES = SHAPES.flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(-4, 4).map(lambda x: round(x, 3)))
)


@given(MATRICES, MAPPINGS, st.floats(0, 50), st.sampled_from(["tile", "column"]))
def test_mapping_stays_in_range_and_comes_back(weights, kind, g_min: float, by: str) -> None:
    mapping = make_mapping(
        largest_weights(weights, by=by), weights.shape[1], kind=kind, g_min=g_min, g_max=100.0
    )
    targets = mapping.targets(weights)
    assert targets.shape == (weights.shape[0], mapping.device_columns)
    assert np.all((targets >= g_min) & (targets <= 100.0))
    assert mapping.weights(targets) == pytest.approx(weights, abs=1e-12)


@given(MATRICES, st.integers(2, 20))
def test_levels_are_at_most_half_a_step_off(weights, levels: int) -> None:
    largest = largest_weights(weights)
    exact, coarse = (
        make_mapping(
            largest, weights.shape[1], kind="differential", g_min=5.0, g_max=95.0, levels=count
        ).targets(weights)
        for count in (0, levels)
    )
    step = 90.0 / (levels - 1)
    assert np.max(np.abs(coarse - exact)) <= step / 2 + 1e-9
    assert len(np.unique(coarse)) <= levels


@given(MATRICES, MAPPINGS, st.integers(1, 5), st.integers(2, 7), st.integers(0, 4), st.data())
def test_split_reads_are_those_of_the_matrix(weights, kind, rows, columns, most, data) -> None:
    options = Options(
        mapping=kind, tile_rows=rows, tile_columns=columns, rows_max=most, converter=False
    )
    grid = TileGrid(weights, IDEAL, options)
    active = data.draw(st.sets(st.integers(0, weights.shape[0] - 1)))
    at = np.array(sorted(active), dtype=np.int64)
    assert grid.events(at) == pytest.approx(weights[at].sum(axis=0), abs=1e-11)
    inputs = data.draw(arrays(np.float64, weights.shape[0], elements=st.floats(-1, 1)))
    assert grid.mvm(inputs) == pytest.approx(inputs @ weights, abs=1e-11)
    across = -(-weights.shape[1] // options.weights_across)
    assert grid.use.reads == at.size * across


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3)), max_size=30))
def test_every_synapse_has_one_crosspoint(synapses) -> None:
    synapses = sorted(synapses, key=lambda item: item[:2])
    sources, targets, delays = np.array(synapses, dtype=np.int64).reshape(-1, 3).T
    planes = place(
        PlannedProjection(
            name="p",
            source="s",
            target="t",
            receptor=0,
            offsets=np.searchsorted(sources, np.arange(6)),
            targets=targets.astype(np.uint32),
            weights=1.0,
            delays=None,
            delay_steps=delays.astype(np.int32),
        )
    )
    found = np.concatenate([np.zeros(0, dtype=int), *(plane.synapses for plane in planes)])
    assert sorted(found.tolist()) == list(range(len(synapses)))
    for plane in planes:
        assert np.array_equal(plane.rows[plane.row], sources[plane.synapses])
        assert np.array_equal(plane.columns[plane.column], targets[plane.synapses])
        assert np.all(delays[plane.synapses] == plane.delay)
        assert len(set(zip(plane.row.tolist(), plane.column.tolist(), strict=True))) == len(
            plane.synapses
        )
    assert all(a.delay <= b.delay for a, b in pairwise(planes))


@given(
    st.integers(2, 8),
    st.floats(-3, 0),
    st.floats(0.5, 3),
    st.sampled_from(["cell", "mid"]),
    arrays(np.float64, 20, elements=st.floats(-4, 4)),
)
def test_conversion_is_monotone_and_half_a_step_off_at_most(bits, low, high, scheme, x) -> None:
    converter = UniformConverter(bits=bits, low=low, high=high, scheme=scheme)
    found = converter.convert(np.sort(x))
    assert np.all(np.diff(found) >= 0)
    inside = np.clip(np.sort(x), low, high)
    assert np.max(np.abs(found - inside)) <= converter.step / 2 + 1e-9


@settings(max_examples=40)
@given(
    st.sampled_from(NAMES),
    MATRICES,
    st.integers(0, 1000),
    st.floats(0, 1e9),
    MAPPINGS,
)
def test_saved_tile_reads_the_same_bits(
    tmp_path_factory, name: str, weights, seed: int, time: float, kind
) -> None:
    path = Path(tmp_path_factory.mktemp("tile")) / "tile.h5"
    hardware = replace(hardware_from(load_target(name)), wire_row=0.0, wire_column=0.0)
    tile = Tile(weights, hardware, Options(mapping=kind), seed=seed)
    tile.age(time)
    tile.events([0])
    tile.save(path)
    again = Tile.load(path)
    rows = np.arange(weights.shape[0])
    assert np.array_equal(tile.events(rows), again.events(rows))
    assert np.array_equal(tile.weights, again.weights)
