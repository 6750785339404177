import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import neuro

ROOT = Path(__file__).parents[1]
PARTS = ("backends", "models", "hardware_configs")


# One worker, so that the kernels are compiled once.
pytestmark = pytest.mark.xdist_group("packaging")


def clean_copy(parent: Path) -> Path:
    """Copy the sources alone: building in place leaves files behind."""
    folder = parent / "neuro"
    ignored = shutil.ignore_patterns("*.so", "build", ".*", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder, symlinks=True, ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(folder)]
    source = clean_copy(tmp_path_factory.mktemp("source"))
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.slow
def test_wheel_holds_nothing_but_neuro(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"neuro"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    ["neuro/engine", "neuro/memories", "neuro/backends/crossbar", "neuro/backends/spinnaker"],
)
def test_wheel_holds_the_compiled_kernels(wheel, folder):
    # Where tests run there is a compiler; without one the next but one test tells what happens.
    assert any(name.startswith(f"{folder}/_native.") for name in wheel.namelist())


@pytest.mark.slow
def test_wheel_holds_every_module_and_data_file(wheel):
    names = set(wheel.namelist())
    expected = {"neuro/py.typed", "neuro/demo/digits.npz", "neuro/report/templates/demo.html"}
    expected |= {"neuro/hardware_configs/cpu.toml", "neuro/demo/LICENSE-digits"}
    for part in ("neuro", *PARTS):
        for path in (ROOT / part).rglob("*.py"):
            inside = path.relative_to(ROOT).as_posix()
            expected.add(inside if part == "neuro" else f"neuro/{inside}")
    assert expected <= names


@pytest.mark.slow
def test_install_without_a_compiler_succeeds_and_runs_the_reference(tmp_path):
    source = clean_copy(tmp_path)
    folder = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "--target", str(folder)]
    environment = {**os.environ, "CC": "false", "CXX": "false"}
    subprocess.run([*command, str(source)], check=True, capture_output=True, env=environment)
    assert not list(folder.rglob("_native*.so"))
    code = (
        "import sys; sys.argv = ['neuro', 'backends']\n"
        "import neuro; from neuro.ir import *; from neuro import simulate\n"
        "net = Network(name='n', populations=[Population('a', 2, DeltaLIF(i_offset=2.0))])\n"
        "print(neuro.__file__, simulate(net, 1.0).provenance.engine)\n"
        "from neuro.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(folder) in done.stdout
    assert "reference (NumPy, float64)" in done.stdout
    assert "the compiled kernels were not built" in done.stdout


@pytest.mark.parametrize("part", PARTS)
def test_parts_refuse_to_be_imported_under_their_bare_name(part):
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {part}"
    done = subprocess.run([sys.executable, "-c", path], capture_output=True, text=True, check=False)
    assert f"import 'neuro.{part}', not '{part}'" in done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_parts_are_reachable_from_a_bare_checkout(part):
    code = f"import neuro.{part}; print(neuro.{part}.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"neuro.{part}"


def test_distribution_and_module_agree_on_the_version():
    assert importlib.metadata.version("neuro-spiking-memory") == neuro.__version__


def test_public_names_exist():
    for name in neuro.__all__:
        assert getattr(neuro, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        neuro.nothing  # noqa: B018
