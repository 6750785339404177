import json

import pytest


def test_small_curves_are_printed_and_written(neuro, tmp_path):
    done = neuro("run", "ca3-curves", "--quick", "--page", "page.html", "--json", "curves.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Items stored" in done.stdout and "possible (%)" in done.stdout
    curves = json.loads((tmp_path / "curves.json").read_text())["curves"]
    assert len(curves) == 5
    assert all(p["robust"] == p["possible"] for curve in curves[:3] for p in curve["points"])
    page = (tmp_path / "page.html").read_text()
    assert page.count("<svg") == 5 and "neuro run ca3-curves --quick" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--page", "no/page.html"), "does not exist"),
        (("--page", "a.html", "--json", "a.html"), "is also the --page file"),
        (("--seeds", "0"), "--seeds"),
    ],
)
def test_wrong_options_are_one_message_and_nothing_is_written(neuro, tmp_path, arguments, message):
    done = neuro("run", "ca3-curves", *arguments)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_robust_program_runs_with_thresholds(neuro, tmp_path):
    rows = [
        [0, "L", 0, [0, 1, 8]],
        [9, "L", 4, [1, 5]],
        [18, "K:2", None, [1, 5]],
        [25, "P:all", None, [8]],
        [36, "F", 0, []],
        [45, "K", None, [0, 8]],
    ]
    (tmp_path / "robust.json").write_text(json.dumps(rows))
    done = neuro("run", "ca3_robust", "--program", "robust.json", "--json", "answers.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1, 5 (2 match)" in done.stdout
    answers = json.loads((tmp_path / "answers.json").read_text())["operations"]
    assert [answer["cues"] for answer in answers] == [[0], [4], [4], [0], [0], []]
    assert answers[3]["content"] == [0, 1, 8] and answers[4]["dropped"] == [0, 1, 8]


def test_robust_program_with_a_threshold_too_high_is_refused(neuro, tmp_path):
    (tmp_path / "robust.json").write_text('[[0, "K:3", null, [1, 5]]]')
    done = neuro("run", "ca3_robust", "--program", "robust.json", "--json", "answers.json")
    assert done.returncode == 2 and "at most the 2 bits of the query" in done.stderr
    assert not (tmp_path / "answers.json").exists()
