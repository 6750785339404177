import json
from pathlib import Path

import pytest
from sweep_studies import study

from neuro.errors import CheckError, NeuroError, UnitError
from neuro.sweep import parse_study, read_study
from neuro.sweep.plan import label, plan_sweep


def plan(content, folder=None):
    kept = {} if folder is None else {"folder": folder}
    return plan_sweep(parse_study(content, source="s.toml", **kept))


def error_of(content, folder=None) -> NeuroError:
    with pytest.raises(NeuroError) as caught:
        plan(content, folder)
    return caught.value


def test_coordinates_are_in_coherent_units_and_include_defaults():
    sweep = {"spacing": ["0.02 s"], "set": {"tau_plus": ["3000 us"]}}
    (trial,) = plan(study(sweep=sweep, seed=4))
    assert trial.coordinates == {
        "model": ("ca3", ""),
        "target": ("cpu", ""),
        "seed": (4, ""),
        "spacing": (20.0, "ms"),
        "set.tau_plus": (3.0, "ms"),
    }
    # Six operations, the last one followed by the spacing that is always safe (specs, ca3_cam 6).
    assert trial.duration == 5 * 20 + 20


def test_setting_that_only_one_block_varies_has_its_own_value_elsewhere():
    sweep = [
        {"target": "cpu"},
        {"target": "crossbar_rram_nladc", "option": {"age": ["0 s", "1 h"]}},
        {"target": "crossbar_rram_nladc", "coefficient": {"read_noise_ratio": [0.02]}},
    ]
    trials = plan(study(sweep=sweep))
    assert [t.coordinates["option.age"] for t in trials] == [
        (None, ""),
        (0.0, "ms"),
        (3.6e6, "ms"),
        (0.0, "ms"),
    ]
    # The hardware file has 0.01.
    noise = [trial.coordinates["coefficient.read_noise_ratio"][0] for trial in trials]
    assert noise == [None, 0.01, 0.01, 0.02]
    assert len({trial.digest for trial in trials}) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"set": {"tau_plus": "3 ms"}}, {"set": {"tau_plus": "0.003 s"}}),
        ({"target": "cpu"}, {"backend": "cpu"}),
        ({"set": {"cue_size": 5}}, {"set": {"cue_size": "5"}}),
        ({"semantics": "tick"}, {}),
    ],
)
def test_same_run_in_other_words_has_the_same_digest(one, other):
    (first,), (second,) = (plan(study(sweep={"seed": 1}, **words)) for words in (one, other))
    assert first.digest == second.digest


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"spacing": "21 ms"},
        {"set": {"tau_plus": "4 ms"}},
        {"set": {"weight_spread": 0.01}},
        {"target": "cpu_reference"},
        {"target": "spinnaker_spin5"},
        {"semantics": "exact"},
        {"program": {"operations": 7}},
        {"program": {"operations": 6, "density": 0.5}},
    ],
)
def test_whatever_changes_the_run_changes_the_digest(change):
    (first,) = plan(study(sweep={"spacing": "20 ms"}))
    sweep = {"spacing": change.pop("spacing", "20 ms")}
    (second,) = plan(study(sweep=sweep, **change))
    assert first.digest != second.digest


def test_answers_of_a_program_file_are_part_of_the_digest(tmp_path):
    for name, answer in (("a", [1]), ("b", [2])):
        rows = [[0, "L", 0, [1], [0], [1]], [20, "C", 0, [], [0], answer]]
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    sweep = {"program": ["a.json", "b.json"]}
    content = {"model": "ca3", "sweep": sweep}
    assert len({trial.digest for trial in plan({**content, "expected": True}, tmp_path)}) == 2
    assert len({trial.digest for trial in plan(content, tmp_path)}) == 1


def test_spacing_moves_the_operations_of_a_program_file(tmp_path):
    rows = [[0, "L", 0, [1]], [50, "C", 0, []], [90, "K", None, [1]]]
    (tmp_path / "p.json").write_text(json.dumps(rows))
    content = {"model": "ca3", "program": "p.json", "sweep": {"spacing": ["10 ms", "30 ms"]}}
    assert [trial.duration for trial in plan(content, tmp_path)] == [40.0, 80.0]


def test_changed_program_file_is_read_again(tmp_path):
    content = {"model": "ca3", "program": "p.json", "sweep": {"seed": 1}}
    digests = set()
    for rows in ([[0, "C", 0, []]], [[0, "C", 0, []], [20, "C", 1, []]]):
        (tmp_path / "p.json").write_text(json.dumps(rows))
        digests |= {trial.digest for trial in plan(content, tmp_path)}
    assert len(digests) == 2


def test_named_programs_need_no_file():
    (trial,) = plan({"model": "ca3", "program": "pyramid", "sweep": {"seed": 0}})
    # Three times 5 learns, 5 recalls by cue and 10 by content (specs, ca3_cam 6), 20 ms each.
    assert trial.duration == 60 * 20


@pytest.mark.parametrize(
    ("changes", "kind", "where"),
    [
        ({"sweep": {"set": {"tau_plus": [3]}}}, UnitError, "sweep.set.tau_plus"),
        ({"sweep": {"set": {"tau_plus": ["3 ms", "3 mV"]}}}, UnitError, "sweep.set.tau_plus[1]"),
        ({"sweep": {"set": {"cue_size": [5, 0]}}}, NeuroError, "sweep.set.cue_size[1]"),
        ({"sweep": {"set": {"cue_siz": [5]}}}, NeuroError, "sweep.set.cue_siz"),
        ({"set": {"cue_siz": 5}}, NeuroError, "set.cue_siz"),
        ({"sweep": {"spacing": [14]}}, UnitError, "sweep.spacing"),
        ({"sweep": {"spacing": ["0 ms"]}}, NeuroError, "sweep.spacing"),
        ({"model": "ca4"}, NeuroError, "model 'ca4'"),
        ({"sweep": {"target": ["cpu", "cp"]}}, NeuroError, "sweep.target[1] 'cp'"),
        ({"sweep": {"backend": ["cp"]}}, NeuroError, "sweep.backend 'cp'"),
        ({"backend": "cpu", "sweep": {"target": ["gpu"]}}, NeuroError, "sweep.target"),
        ({"semantics": "tic"}, NeuroError, "semantics"),
        ({"sweep": {"option": {"age": ["1 s"]}}}, NeuroError, "sweep.option.age"),
        (
            {"target": "spinnaker_spin5", "sweep": {"option": {"neurons_per_core": [64, "many"]}}},
            NeuroError,
            "sweep.option.neurons_per_core[1]",
        ),
        (
            {"target": "crossbar_rram_nladc", "sweep": {"coefficient": {"v_read": [0.2]}}},
            UnitError,
            "sweep.coefficient.v_read",
        ),
        (
            {"target": "crossbar_rram_nladc", "sweep": {"coefficient": {"v_red": ["0.2 V"]}}},
            NeuroError,
            "sweep.coefficient.v_red",
        ),
        ({"program": {"operations": 6, "query_bits": 11}}, NeuroError, "program.query_bits"),
        ({"expected": True}, NeuroError, "expected"),
        ({"program": "none.json"}, NeuroError, "program 'none.json'"),
        ({"program": "\0"}, NeuroError, r"program '\x00'"),
    ],
)
def test_wrong_settings_are_named_with_their_place(changes, kind, where):
    error = error_of(study(**changes))
    assert isinstance(error, kind)
    assert error.where == f"study 's.toml' {where}"


def test_problem_of_many_trials_is_named_once():
    error = error_of(study(set={"tau_plus": 3}))
    assert not isinstance(error, CheckError)


def test_overlapping_operations_are_refused_with_the_way_out():
    sweep = {"spacing": ["20 ms", "6 ms"]}
    error = error_of(study(unchecked=False, seed=1, sweep=sweep))
    assert error.where.startswith("study 's.toml' trial 1 (spacing=6 ms), program row 2")
    assert str(error).endswith("To run it all the same, set unchecked = true.")
    assert len(plan(study())) == 8


def test_what_no_setting_mends_is_said_without_the_way_out():
    error = error_of(study(unchecked=False, sweep={"spacing": ["14.5 ms"]}))
    assert "A multiple of the time step" in str(error)
    assert "unchecked" not in str(error)


def test_network_that_is_no_memory_is_refused():
    assert "is no memory" in str(error_of(study(model="lsm")))


def test_label_tells_trials_apart():
    assert label({"a": (0.1 + 0.2, "ms"), "b": (None, "")}, ["a", "b"]) == "a=0.3 ms, b=-"


def test_study_of_the_examples_can_be_run():
    asked = read_study(Path(__file__).parents[3] / "examples" / "study.toml")
    assert len(plan_sweep(asked)) == 4 * 2 * 2 * 5
