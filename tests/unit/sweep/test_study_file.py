from pathlib import Path
from typing import Any

import pytest

from neuro.errors import CheckError, NeuroError, ValidationError
from neuro.sweep import parse_study, read_study

BASE = {"model": "ca3", "program": {}}


def problems(content: dict[str, Any]) -> list[str]:
    with pytest.raises(NeuroError) as caught:
        parse_study(content, source="s.toml")
    error = caught.value
    return [str(item) for item in (error.issues if isinstance(error, CheckError) else (error,))]


def settings(content: dict[str, Any], *paths: str) -> list[tuple[Any, ...]]:
    points = parse_study(content).points()
    return [tuple(point.values[path] for path in paths) for point in points]


def test_grid_is_the_product_in_the_order_of_the_file():
    sweep = {"spacing": ["9 ms", "14 ms"], "seed": [0, 1]}
    assert settings({**BASE, "sweep": sweep}, "spacing", "seed") == [
        ("9 ms", 0),
        ("9 ms", 1),
        ("14 ms", 0),
        ("14 ms", 1),
    ]


def test_zipped_axes_vary_together():
    sweep = {
        "set": {"cue_size": [5, 10], "content_size": [10, 20]},
        "seed": [7, 8],
        "zip": [["set.cue_size", "set.content_size"]],
    }
    found = settings({**BASE, "sweep": sweep}, "set.cue_size", "set.content_size", "seed")
    assert found == [(5, 10, 7), (5, 10, 8), (10, 20, 7), (10, 20, 8)]


def test_blocks_are_joined_and_what_they_share_comes_once():
    sweep = [{"target": "cpu", "seed": [0, 1]}, {"target": ["cpu", "gpu"], "seed": 1}]
    found = settings({**BASE, "sweep": sweep}, "target", "seed")
    assert found == [("cpu", 0), ("cpu", 1), ("gpu", 1)]


@pytest.mark.parametrize(
    ("range_", "numbers"),
    [
        ({"to": 3}, [0, 1, 2, 3]),
        ({"from": 2, "to": 9, "step": 3}, [2, 5, 8]),
        ({"from": 4, "to": 4}, [4]),
    ],
)
def test_ranges_hold_both_ends(range_, numbers):
    found = settings({**BASE, "sweep": {"seed": range_}}, "seed")
    assert [seed for (seed,) in found] == numbers


def test_one_and_true_are_different_trials():
    sweep = {"set": {"x": [1, True, 1.0]}}
    assert settings({**BASE, "sweep": sweep}, "set.x") == [(1,), (True,), (1.0,)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "study 's.toml' sweep: is missing"),
        ({**BASE, "sweep": {}}, "study 's.toml' sweep: varies nothing"),
        ({**BASE, "sweep": []}, "study 's.toml' sweep: an empty list varies nothing"),
        ({**BASE, "sweep": {"seed": []}}, "study 's.toml' sweep.seed: an empty list varies noth"),
        ({**BASE, "sweep": {"seeds": [1]}}, "study 's.toml' sweep.seeds: unknown key. Did you "),
        ({**BASE, "sweep": {"seed": [0, -1]}}, "study 's.toml' sweep.seed[1]: input should be"),
        ({**BASE, "sweep": {"seed": ["1"]}}, "study 's.toml' sweep.seed[0]: input should be a"),
        ({**BASE, "sweep": {"seed": {"to": -1}}}, "study 's.toml' sweep.seed: a range counts up"),
        ({**BASE, "sweep": {"seed": {"too": 1}}}, "study 's.toml' sweep.seed: a range is {from"),
        ({**BASE, "sweep": {"seed": {"to": 1e3}}}, "study 's.toml' sweep.seed: a range is {from"),
        ({**BASE, "sweep": {"seed": {"to": 10**9}}}, "study 's.toml' sweep.seed: a range counts"),
        ({**BASE, "sweep": {"set": {"a": [[1]]}}}, "study 's.toml' sweep.set.a[0]: a value is t"),
        ({**BASE, "sweep": {"set": {"a": [float("nan")]}}}, "study 's.toml' sweep.set.a[0]: a v"),
        ({**BASE, "sweep": [{"seed": 1}, {"seed": "a"}]}, "study 's.toml' sweep[1].seed[0]: inp"),
        ({"program": {}, "sweep": {"seed": 1}}, "study 's.toml' model: is missing. For instance"),
        ({"model": "ca3", "sweep": {"seed": 1}}, "study 's.toml' program: is missing. For insta"),
        (
            {"model": "ca3", "program": {"densty": 1.0}, "sweep": {"seed": 1}},
            "study 's.toml' program.densty: unknown key. Did you mean 'density'?",
        ),
        (
            {"model": "ca3", "program": {"density": 0.0}, "sweep": {"seed": 1}},
            "study 's.toml' program.density: input should be greater than 0",
        ),
        (
            {"model": "ca3", "program": {"operations": 10**9}, "sweep": {"seed": 1}},
            "study 's.toml' program.operations: input should be less than or equal to 1000000",
        ),
        (
            {"model": "ca3", "program": "p.json", "sweep": {"program": {"density": [0.1]}}},
            "study 's.toml' sweep: has both a program file and program.density",
        ),
        (
            {**BASE, "sweep": {"seed": [1, 2], "spacing": ["1 ms"], "zip": [["seed", "spacing"]]}},
            "study 's.toml' sweep.zip[0]: seed has 2, spacing has 1 values",
        ),
        (
            {**BASE, "sweep": {"seed": [1, 2], "zip": [["seed", "spacin"]]}},
            "study 's.toml' sweep.zip[0]: 'spacin' is not varied",
        ),
        (
            {**BASE, "sweep": {"seed": {"to": 99_999}, "set": {"a": list(range(11))}}},
            "study 's.toml' sweep: 1100000 trials. At most 1000000",
        ),
    ],
)
def test_wrong_studies_are_named_with_their_place(content, expected):
    (found,) = problems(content)
    assert found.startswith(expected)


def test_all_problems_are_reported_at_once():
    found = problems({"modl": "ca3", "program": {"operations": 0}, "sweep": {"seed": [True]}})
    assert [text.partition(":")[0] for text in found] == [
        "study 's.toml' program.operations",
        "study 's.toml' sweep.seed[0]",
        "study 's.toml' modl",
    ]


def test_file_names_the_study_and_the_folder_of_programs(tmp_path):
    path = tmp_path / "close.toml"
    path.write_text('model = "ca3"\nprogram = "p.json"\n[sweep]\nset.cue_size = [5, 6]\n')
    study = read_study(path)
    assert (study.name, study.folder, study.paths) == ("close", tmp_path, ("set.cue_size",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"model = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "not TOML"),
        (None, "cannot be read"),
    ],
)
def test_unreadable_files_are_refused(tmp_path, text, problem):
    path = tmp_path / "s.toml"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(ValidationError, match=problem) as caught:
        read_study(Path(path))
    assert caught.value.where == f"study {str(path)!r}"
