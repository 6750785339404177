"""Scripts as users bring them, run on NEST through PyNN and on neuro, nothing else changed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pynn_scripts import networks

import neuro.pynn as sim

pytestmark = pytest.mark.xdist_group("pynn_scripts")

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture(scope="module")
def nest() -> dict[str, Any]:
    """Return what every script gives on NEST, in a process of its own."""
    pytest.importorskip("nest", reason="NEST is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "pynn_scripts.run", "pyNN.nest"],
        cwd=SUPPORT,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def count(trains: list[list[float]]) -> int:
    return sum(len(train) for train in trains)


# NEST solves the conductances to a tolerance of 1e-3 mV, so that the network could part from it;
# the first 100 ms must agree spike by spike, the rest in rate: 3523 spikes, of which a tenth is six
# standard deviations of a Poisson count.
def test_vogels_abbott_fires_as_on_nest(nest: dict[str, Any]) -> None:
    ours, theirs = networks.vogels_abbott(sim), nest["vogels_abbott"]
    assert count(theirs) > 3000
    assert [[t for t in train if t < 100] for train in ours] == [
        [t for t in train if t < 100] for train in theirs
    ]
    assert count(ours) == pytest.approx(count(theirs), rel=0.1)


def test_synfire_chain_fires_as_on_nest(nest: dict[str, Any]) -> None:
    ours = networks.synfire_chain(sim)
    assert count(ours) >= 70
    assert ours == nest["synfire_chain"]


def test_pairing_curve_is_that_of_nest(nest: dict[str, Any]) -> None:
    ours = networks.pairing_curve(sim)
    assert np.ptp(ours) > 0.002
    assert ours == pytest.approx(nest["pairing_curve"], rel=1e-12)


def test_balanced_network_with_drawn_delays_fires_as_on_nest(nest: dict[str, Any]) -> None:
    ours = networks.balanced(sim)
    assert count(ours) > 1000
    assert ours == nest["balanced"]


def test_plastic_views_learn_as_on_nest(nest: dict[str, Any]) -> None:
    spikes, weights = networks.plastic_views(sim)
    their_spikes, their_weights = nest["plastic_views"]
    assert spikes == their_spikes
    assert np.ptp(weights) > 0.01
    np.testing.assert_allclose(weights, their_weights, rtol=1e-12)


def test_injected_currents_move_the_membrane_as_on_nest(nest: dict[str, Any]) -> None:
    ours, theirs = networks.injected(sim), np.array(nest["injected"])
    assert ours.shape == theirs.shape == (1001, 3)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_runs_with_a_reset_between_fire_as_on_nest(nest: dict[str, Any]) -> None:
    ours = networks.trials(sim)
    assert len({count(trial) for trial in ours}) == 3
    assert ours == nest["trials"]
