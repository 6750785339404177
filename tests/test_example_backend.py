"""The example of a backend in a package of its own, installed as a user would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "neuro-backend-units"
CODE = """
from neuro.conformance import verify
matrix = verify(backends=["cpu", "units"])
print({item.case: item.kind for item in matrix.verdicts if item.kind != "refused"})
import numpy as np
from neuro.conformance import CASES
from neuro.run import compile_network, check
network = CASES["binary"].network()
counts = []
for backend in ("cpu", "units"):
    with compile_network(network, backend=backend) as program:
        program.run(20.0)
        batch = program.run_batch(10.0, [{}, {"drive": ([25.0], [1])}])
        program.save("state.h5")
        program.run(20.0)
        whole = program.result()
        if backend == "units":
            program.restore("state.h5")
            program.run(20.0)
            again = program.result()
            assert np.array_equal(again.spikes["cells"].times, whole.spikes["cells"].times)
        counts.append(batch.counts["cells"])
print(np.array_equal(*counts), int(counts[0].sum()) > 0, check(network, target="units").findings)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "example"
    shutil.copytree(EXAMPLE, source)
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "--target", str(site), str(source)], check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(site)}


def test_backend_of_another_package_conforms(environment, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["{'binary': 'exact'}", "True True ()"], done.stderr


def test_command_line_knows_the_backend_and_its_target(environment, tmp_path):
    code = "import sys; from neuro.cli import main; sys.argv = ['neuro', 'backends']; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "binary threshold units, one matrix product for each delay" in done.stdout
