import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("neuro")

CALL = "run ca3 --target cpu_reference --program program.json --out result.h5 --json answers.json"
START = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
# Minutes on the reference kernels, so the signal comes in the middle of the run.
LONG = [[14 * number, "C", number % 5, []] for number in range(40_000)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_run_leaves_no_file_at_the_final_name(tmp_path, how):
    (tmp_path / "program.json").write_text(json.dumps(LONG))
    (tmp_path / "answers.json").write_text("old")
    process = subprocess.Popen(
        # A job in the background starts with the signal ignored, and hands that on.
        [sys.executable, "-c", START, str(COMMAND), *CALL.split()],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    time.sleep(3)
    process.send_signal(how)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == {signal.SIGINT: 130}.get(how, -how)
    assert "Traceback" not in errors
    assert not (tmp_path / "result.h5").exists()
    assert (tmp_path / "answers.json").read_text() == "old"
