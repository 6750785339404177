import importlib
import importlib.metadata
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import neuro

ROOT = Path(__file__).parents[1]
PARTS = ("backends", "models", "hardware_configs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source") / "neuro"
    # From a copy: building in place would leave files in the checkout.
    subprocess.run(["cp", "-a", str(ROOT), str(source)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(folder)]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.slow
def test_wheel_holds_nothing_but_neuro(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"neuro"}


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
