from pathlib import Path

import numpy as np
import pytest

from neuro.backends.spinnaker import board
from neuro.backends.spinnaker.board import run_on
from neuro.backends.spinnaker.toolchain import Outcome
from neuro.hardware_configs import load_target
from neuro.models.ca3 import ca3
from neuro.pynn_export import Script
from neuro.run import lower

RECORDED = {
    "spikes": {
        "QA": {"times": [7.0, 4.0, 4.0], "indices": [1, 3, 0]},
        **{
            name: {"times": [], "indices": []}
            for name in ("IN", "QB", "NA", "NB", "GATE", "GINT", "MQ", "MN", "OUT")
        },
    },
    "traces": {},
    "weights": {"QA->NA": [[0, 1, 6.0], [2, 9, 0.5]], "NB->QB": []},
}


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> list[Script]:
    """Stand in for the machine; collect the scripts that it is given."""
    seen: list[Script] = []

    def machine(script: Script, folder: Path) -> Outcome:
        seen.append(script)
        return Outcome(reports=folder, results=RECORDED, seconds=1.5)

    monkeypatch.setattr(board, "run_on_board", machine)
    monkeypatch.setattr(board, "require_toolchain", lambda: "1!7.4.1")
    return seen


def test_what_a_board_recorded_is_a_result(scripts: list[Script]) -> None:
    result = run_on(lower(ca3()), load_target("spinnaker_spin5"), duration=100.0)
    spikes, weights = result.spikes["QA"], result.weights["QA->NA"]
    assert spikes.times.tolist() == [4.0, 4.0, 7.0]
    assert spikes.indices.tolist() == [0, 3, 1]
    assert spikes.size == 5
    assert (weights.sources.tolist(), weights.targets.tolist()) == ([0, 2], [1, 9])
    np.testing.assert_array_equal(weights.values, [6.0, 0.5])
    assert result.counters.as_dict()["spikes"]["total"] == 3
    assert result.provenance.engine == "SpiNNaker board, sPyNNaker 1!7.4.1"
    assert result.duration == 100.0


def test_board_gets_the_options_of_the_target(scripts: list[Script]) -> None:
    options = ["neurons_per_core=64", "time_scale_factor=4"]
    run_on(lower(ca3()), load_target("spinnaker_spin5", options), duration=100.0)
    (script,) = scripts
    assert "set_number_of_neurons_per_core(sim.IF_curr_exp, 64)" in script.text
    assert "sim.setup(timestep=DT, time_scale_factor=4.0)" in script.text
