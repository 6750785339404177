"""Every kind of page, made once by the real commands."""

import json
import sys
from pathlib import Path

import pytest
from tone_words import tone_words

# Hazard H5 (specs, ca3_cam section 9): the ladder and the comparison have something to show.
FORGETFUL = [
    *([30 * cue, "L", cue, [0], [cue], [0]] for cue in range(9)),
    [270, "C", 0, [], [0], [0]],
    [300, "K", None, [0], list(range(9)), [0]],
]
SIZES = ("--set", "cue_size=9", "--set", "content_size=2")
MEMORIES = ("--memory", "clustered cliques", "--memory", "Hopfield")

STUDY = """
model = "ca3"
unchecked = true
program = {operations = 6}
[sweep]
spacing = ["6 ms", "8 ms", "20 ms"]
target = ["cpu", "spinnaker_spin5"]
seed = [0, 1]
"""

COMMANDS: dict[str, tuple[str, ...]] = {
    "demo": ("demo", "--out"),
    "run": ("run", "ca3", *SIZES, "--program", "rows.json", "--backend", "spinnaker", "--page"),
    "check": ("check", "ca3", "--target", "spinnaker_spin5", "--page"),
    "ladder": ("ladder", "ca3", *SIZES, "--program", "rows.json", "--expected", "--out"),
    "compare": (
        *("compare", "ca3", *SIZES, "--program", "rows.json"),
        *("--backends", "cpu,brian2,spinnaker,crossbar:crossbar_ideal", "--page"),
    ),
    "memories": ("compare", "memories", "--synapses", "5e3", "--cues", "40", *MEMORIES, "--out"),
    "lsm": ("run", "lsm", "--sample", "--reservoirs", "1", "--report"),
    "nladc": ("crossbar", "nladc", "--function", "sigmoid", "--bits", "4", "--out"),
    "sweep": ("sweep", "study.toml", "--page"),
    "plan": ("plan", "--messages", "500", "--erased", "4", "--error", "0.02", "--page"),
}


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from neuro.cli import app

    folder = tmp_path_factory.mktemp("pages")
    (folder / "rows.json").write_text(json.dumps(FORGETFUL))
    (folder / "study.toml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, words in COMMANDS.items():
            arguments = [*words, f"{name}.html"]
            patch.setattr(sys, "argv", ["neuro", *arguments])
            app(arguments, standalone_mode=False)
    (folder / "kws.html").write_text(_recurrent_page())
    return {name: folder / f"{name}.html" for name in (*COMMANDS, "kws")}


def _recurrent_page() -> str:
    from neuro.backends.crossbar.hardware import hardware_from
    from neuro.experiments.recurrent import Sweep, WordProtocol, run_words
    from neuro.experiments.recurrent.page import outcome_page
    from neuro.hardware_configs import load_target

    pytest.importorskip("torch")
    outcome = run_words(
        tone_words(),
        hardware_from(load_target("crossbar_rram_nladc")),
        protocol=WordProtocol(hidden=8, epochs=1, aware_epochs=1, batch=10, arrays=2),
        sweep=Sweep(bits=(4,), sigmas=(0.0, 2.67)),
        seed=1,
    )
    return outcome_page(outcome, "neuro run kws --data DATA --seed 1", 1)
