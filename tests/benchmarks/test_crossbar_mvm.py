"""What the benchmark of noisy products says about ratios and missing peers."""

import numpy as np
import pytest

from benchmarks import crossbar_mvm

MEASURED = [
    {"neuro": 4.0, "every device": 1000.0, "aihwkit-lightning": 5.0},
    {"neuro": 5.0, "every device": 1000.0, "aihwkit-lightning": 5.0},
    {"neuro": 4.0, "every device": 1200.0, "aihwkit-lightning": 6.0},
]


def test_ratios_are_medians_over_rounds():
    rows = crossbar_mvm._rows(MEASURED, {})
    # 1000 / 4, 1000 / 5, 1200 / 4; 5 / 4, 1, 6 / 4.
    assert rows == [
        ("neuro", "4", "1", ""),
        ("every device", "1e+03", "250", "50"),
        ("aihwkit-lightning", "5", "1.25", "1"),
    ]


def test_missing_peer_is_told_with_the_reason():
    ours = [{"neuro": 4.0}, {"neuro": 5.0}]
    rows = crossbar_mvm._rows(ours, {"aihwkit-lightning": "No module"})
    assert rows == [("neuro", "4.5", "1", ""), ("aihwkit-lightning", "No module", "", "")]


def test_side_that_fails_is_told_and_does_not_stop_the_others(monkeypatch):
    answer = (1, "", "Traceback ...\nModuleNotFoundError: No module named 'x'\n")
    monkeypatch.setattr(crossbar_mvm, "run_module", lambda *words, **more: answer)
    assert crossbar_mvm._measured("aihwkit-lightning", 1.0) == (
        {},
        "ModuleNotFoundError: No module named 'x'",
    )


def test_wrong_noise_stops_the_benchmark():
    from neuro.backends.crossbar.devices import ProportionalReadNoise
    from neuro.backends.crossbar.tile import Tile

    hardware, options, weights, inputs = crossbar_mvm._case()
    noisy = crossbar_mvm._changed(
        hardware, ProportionalReadNoise(ratio=2 * crossbar_mvm.READ_NOISE)
    )
    tile = Tile(weights[:, :64], noisy, options)
    sample = np.asarray([tile.mvm(inputs) for _ in range(4)])
    with pytest.raises(SystemExit, match=r"(1\.9|2\.0)\d+ times that of the devices"):
        crossbar_mvm._check_noise(sample, tile, inputs)
