import re

import h5py
import pytest


def test_demo_recalls_every_digit_and_writes_one_page(neuro, tmp_path):
    done = neuro("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Recall by cue: 10 of 10 digits" in done.stdout
    assert "Recall by content: 10 of 10 found, alone" in done.stdout
    assert "returns every digit in 10 of 10 cases" in done.stdout
    assert "to its digit, whole, and no other in 10 of 10 cases" in done.stdout
    assert str(tmp_path / "neuro-demo.html") in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["neuro-demo.html"]


def test_demo_page_asks_nothing_of_the_network(neuro, tmp_path):
    neuro("demo")
    page = (tmp_path / "neuro-demo.html").read_text()
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    # 5 pictures for each digit; matplotlib's own references stay inside the page.
    assert sum(link.startswith("data:image/png") for link in links) == 50
    assert all(link.startswith(("data:", "#")) for link in links)


def test_demo_refuses_a_folder_that_does_not_exist(neuro, tmp_path):
    done = neuro("demo", "--out", "no/page.html")
    assert done.returncode == 2 and "does not exist" in done.stderr
    assert not list(tmp_path.iterdir())


def test_models_lists_ca3_and_its_parameters(neuro):
    assert "ca3" in neuro("models").stdout
    table = neuro("models", "ca3").stdout
    assert "cue_size" in table and "tau_plus" in table and "ms" in table


def test_backends_lists_the_cpu_and_its_semantics(neuro):
    table = neuro("backends").stdout
    assert "cpu" in table and "exact, tick" in table


def test_no_arguments_print_help(neuro):
    assert "demo" in neuro().stdout + neuro().stderr


@pytest.mark.parametrize("command", ["demo", "run", "show", "models", "backends"])
def test_help_has_an_example(neuro, command):
    done = neuro(command, "--help")
    assert done.returncode == 0
    assert f"  neuro {command}" in done.stdout


def test_show_summarises_a_stored_result(neuro, program):
    neuro("run", "ca3", "--program", "program.json", "--out", "result.h5")
    shown = neuro("show", "result.h5")
    assert shown.returncode == 0
    assert "QA->NA" in shown.stdout and "network_digest" in shown.stdout


def test_show_refuses_what_is_no_result(neuro, tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = 1
    for name, message in {
        "text.h5": "not a readable HDF5 file",
        "foreign.h5": "not a result of neuro",
        "missing.h5": "no such file",
        ".": "no such file",
    }.items():
        done = neuro("show", name)
        assert done.returncode == 2
        assert message in done.stderr and "Traceback" not in done.stderr


def test_show_refuses_a_truncated_result(neuro, program, tmp_path):
    neuro("run", "ca3", "--program", "program.json", "--out", "result.h5")
    whole = (tmp_path / "result.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    done = neuro("show", "cut.h5")
    assert done.returncode == 2 and "Traceback" not in done.stderr
