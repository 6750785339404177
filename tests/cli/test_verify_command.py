import json


def test_verify_prints_a_matrix_and_writes_the_verdicts(neuro, tmp_path):
    done = neuro(
        "verify", "--network", "delta", "--backend", "spinnaker", "--backend", "crossbar",
        "--json", "verdicts.json",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "delta: cells whose membrane jumps" in done.stdout and "exact" in done.stdout
    assert "spinnaker refuses: " in done.stdout
    written = json.loads((tmp_path / "verdicts.json").read_text())
    kinds = {(row["one"], row["other"]): row["kind"] for row in written["verdicts"]}
    assert kinds[("cpu", "crossbar")] == "exact"
    assert kinds[("cpu", "spinnaker")] == "refused"


def test_verify_refuses_an_unknown_network(neuro):
    done = neuro("verify", "--network", "delt")
    assert done.returncode == 2 and "Did you mean 'delta'?" in done.stderr
    assert "Traceback" not in done.stderr
