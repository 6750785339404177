import json

import pytest


def test_plan_prints_the_network_and_writes_the_figures(neuro, tmp_path):
    done = neuro(
        "plan", "--messages", "15000", "--erased", "4", "--error", "0.02", "--json", "plan.json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2048 units: 8 clusters of 256" in done.stdout
    assert "confirmed" in done.stdout
    figures = json.loads((tmp_path / "plan.json").read_text())
    assert figures["network"]["units"] == 2048
    assert figures["confirmed"] is True
    assert figures["simulation"]["error"] <= 0.02
    # specs, noisy_hebbian 4: five co-activations at an increment of 0.20.
    assert figures["learning"]["clean_steps"] == 5
    assert figures["energy"]["bases"][0]["energy"] > 0


def test_plan_takes_faults_and_another_decoder(neuro, tmp_path):
    words = ["--messages", "300", "--erased", "2", "--error", "0.05", "--stuck-off", "0.01"]
    done = neuro("plan", *words, "--read-noise", "0.1", "--cues", "300", "--iterations", "6")
    assert done.returncode == 0
    assert "single_winner, 6 rounds" in done.stdout
    done = neuro("plan", *words, "--decoder", "sum_of_sum", "--cues", "300")
    assert "sum_of_sum, 4 rounds" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--units", "2050"], "2050 units do not divide into 8 clusters"),
        (["--messages", "20000", "--units", "2048"], "20000 messages are beyond 2048 units"),
        (["--error", "2"], "error: 2. Between 0 and 1."),
        (["--erased", "8"], "one letter must be known"),
        (["--stuck-off", "1.5"], "faults.stuck_off: 1.5"),
        (["--decoder", "best"], "--decoder: no 'best'"),
        (["--target", "nowhere"], "no such target"),
        (["--json", "no/plan.json"], "does not exist"),
    ],
)
def test_plan_refuses_bad_input_with_one_message(neuro, words, message):
    usual = ["--messages", "100", "--erased", "4", "--error", "0.02", "--cues", "100"]
    done = neuro("plan", *usual, *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("Error:") == 1
    assert "Traceback" not in done.stderr


def test_plan_warns_of_an_increment_that_never_consolidates(neuro):
    words = ["--messages", "100", "--erased", "4", "--error", "0.02", "--cues", "100"]
    done = neuro("plan", *words, "--increment", "0.14")
    assert done.returncode == 0
    assert "no link will consolidate" in done.stderr
    assert "never without noise" in done.stdout


def test_plan_help_has_examples(neuro):
    done = neuro("plan", "--help")
    assert "  neuro plan --messages 15000 --erased 4 --error 0.02\n" in done.stdout
