import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_no_module_imports_a_higher_layer():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_the_layer_check_notices_a_violation(tmp_path):
    shutil.copytree(ROOT / "neuro", tmp_path / "neuro")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    units = tmp_path / "neuro" / "units.py"
    units.write_text(units.read_text() + "\nimport neuro.run\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert "neuro.units -> neuro.run" in done.stdout
