import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_python_block_of_the_readme_runs(number, tmp_path):
    script = tmp_path / "block.py"
    script.write_text(BLOCKS[number])
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_memory_answers_what_the_readme_says(tmp_path):
    script = tmp_path / "block.py"
    # Print what the comments of the first block claim.
    lines = re.sub(r"^(memory\.\S.*?)\s+# .*$", r"print(\1)", BLOCKS[0], flags=re.MULTILINE)
    script.write_text(lines)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:3] == ["(4, 5, 6)", "(3,)", "(4, 5, 6)"]


def test_program_of_the_readme_runs(tmp_path):
    command = "\n".join(re.findall(r"^    ((?:echo|neuro|  ).*)$", README, re.MULTILINE)[:4])
    folder = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["bash", "-ec", f'PATH="{folder}:$PATH"\n{command}'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "program.json",
        "result.h5",
        "answers.json",
    }
