"""The suite that backends are held to, and what it says of a pair."""

from dataclasses import replace

import numpy as np
import pytest

from neuro import simulate
from neuro.conformance import CASES, Outcome, verify
from neuro.conformance.matrix import compared
from neuro.errors import ValidationError


@pytest.mark.parametrize("name", CASES)
def test_every_network_keeps_firing(name):
    result = simulate(CASES[name].network(), CASES[name].duration)
    # At least one spike for each of the 20 cells, spread over both halves of the run.
    times = result.spikes["cells"].times
    assert times.size >= 20 and np.ptp(times) > CASES[name].duration / 2
    for weights in result.weights.values():
        assert np.unique(weights.values).size > 100


def test_software_backends_agree_on_every_network():
    matrix = verify(backends=["cpu", "crossbar", "gpu"])
    assert {item.kind for item in matrix.verdicts} == {"exact"}
    assert len(matrix.verdicts) == 3 * len(CASES) and not matrix.failures


def test_machine_agrees_in_ticks_and_refuses_the_rest():
    matrix = verify(backends=["cpu", "spinnaker"])
    kinds = {item.case: item.kind for item in matrix.verdicts}
    ticks = {name for name in CASES if name.startswith("tick")}
    assert {name for name, kind in kinds.items() if kind == "refused"} == set(CASES) - ticks
    assert not matrix.failures
    (delta,) = [item for item in matrix.verdicts if item.case == "delta"]
    assert delta.reason.startswith("spinnaker: ") and "'exact' is not offered" in delta.reason


def outcome(times, backend="a", refusal=""):
    result = simulate(CASES["binary"].network(), 1.0)
    trains = replace(
        result.spikes["cells"],
        times=np.asarray(times, dtype=float),
        indices=np.zeros(len(times), dtype=np.int64),
    )
    found = None if refusal else replace(result, spikes={"cells": trains})
    return Outcome(case="binary", backend=backend, result=found, refusal=refusal)


def test_share_of_differing_spikes_decides_between_near_and_differing():
    one = outcome(range(50))
    assert str(compared(one, outcome(range(50)))) == "exact"
    # 2 of 49 + 49 spikes are on one side only: 0.0204, under 0.05.
    near = compared(outcome(range(49)), outcome([*range(48), 60]))
    assert str(near) == "within tolerance (0.0204)"
    far = compared(one, outcome(range(25)))
    assert (far.kind, far.differing) == ("differs", 25 / 75)


def test_refusals_carry_the_reasons_of_both():
    verdict = compared(outcome([], "a", "no x"), outcome([], "b", "no y"))
    assert (verdict.kind, verdict.reason) == ("refused", "a: no x; b: no y")


def test_backend_that_cannot_run_here_is_refused_with_its_remedy(monkeypatch):
    monkeypatch.setattr("neuro.backends.gpu.backend.find_spec", lambda name: None)
    (verdict,) = verify(networks=["binary"], backends=["cpu", "gpu"]).verdicts
    assert verdict.kind == "refused"
    assert verdict.reason.startswith("gpu: needs PyTorch. Install it with: pip install")


def test_progress_rises_to_one():
    seen = []
    verify(networks=["binary", "discrete"], backends=["cpu", "gpu"], progress=seen.append)
    assert seen == [0.25, 0.5, 0.75, 1.0]


def test_unknown_names_are_refused_with_suggestions():
    with pytest.raises(ValidationError, match="Did you mean 'binary'"):
        verify(networks=["binry"])
    with pytest.raises(ValidationError, match="Did you mean 'cpu'"):
        verify(backends=["cpus"])
