"""Every example runs as a user would run it, prints what it promises, and labels its axes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = {path.stem: path for path in sorted((ROOT / "examples").glob("*.py"))}

PROMISED = {
    "recall_a_memory": [
        "content of cue 3: (4, 5, 6)",
        "cues that hold bit 1 or bit 5: (0, 3)",
        "dropped from cue 3: (4, 5, 6)",
    ],
    "complete_a_fragment": [
        "10 of 10 digits completed, alone and pixel for pixel",
        "10 of 10 found by best match",
    ],
    "write_a_network": ["UnitError: CurrentExponentialLIF.tau_m: expected a time, got '20 mV'."],
    "one_memory_on_three_targets": [
        "spinnaker_spin5: 8 of 8 answers as on the CPU, 0 spikes differ",
        "crossbar_ideal: 8 of 8 answers as on the CPU, 0 spikes differ",
    ],
    "which_imperfection_hurts": ["ideal array: 0 spikes differ, 0 answers wrong"],
    "learn_by_spike_timing": ["spikes; the same on Brian2: True"],
    "run_a_pynn_script": ["spikes"],
    "deploy_to_a_virtual_board": [
        "300 cues: 16 findings, fails: True",
        "0 differences between prediction and sPyNNaker",
    ],
    "plan_a_clique_memory": ["4000 messages, 2 % stuck:"],
    "classify_events_with_a_reservoir": ["no reservoir, counts in 3 bins: 97.5 %"],
    "convert_with_a_bent_ramp": ["no error: mean |INL| 0.000 LSB"],
    "lose_voltage_on_wires": ["2 ohm: 98.0 %"],
    "exchange_networks_as_nir": ["the same after the round trip: True"],
    "sweep_from_python": [
        "table.csv table.h5",
        "60 trials over set.weight_spread, spacing, seed",
    ],
}
"""Lines, or their beginnings, by script."""

RUN = """
import runpy, sys
import matplotlib
matplotlib.use("Agg")
runpy.run_path(sys.argv[1], run_name="__main__")
import matplotlib.pyplot as plt
axes = [item for number in plt.get_fignums() for item in plt.figure(number).axes]
# A colour bar has one axis, and a label of its own.
named = [item for item in axes if item.get_ylabel() and (item.get_xlabel() or item.get_label())]
bare = [item for item in axes if item not in named]
print(f"{len(axes)} axes, {len(bare)} of them without labels")
"""


def test_every_example_promises_something():
    assert SCRIPTS.keys() == PROMISED.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_example_prints_what_it_promises_and_labels_its_axes(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(SCRIPTS[name])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in PROMISED[name]:
        assert line in done.stdout
    figures = done.stdout.splitlines()[-1]
    assert not figures.startswith("0 axes")
    assert figures.endswith(", 0 of them without labels")
