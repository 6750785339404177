"""Build rules that pyproject.toml cannot state.

The folders beside ``neuro/`` are installed as its sub-packages, so that no generic name reaches
site-packages. The compiled kernels are optional: without a C++ compiler the install succeeds and
the NumPy reference runs.
"""

from pathlib import Path

from pybind11.setup_helpers import ParallelCompile, Pybind11Extension
from setuptools import find_packages, setup

PARTS = ("backends", "models", "hardware_configs")
FLAGS = ["-O3", "-pthread", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
"""Without contraction the same bits come out of every instruction set."""

packages = {"neuro", *(f"neuro.{name}" for name in find_packages("neuro"))}
for part in PARTS:
    packages |= {f"neuro.{part}", *(f"neuro.{part}.{name}" for name in find_packages(part))}


def kernels(name: str, folder: Path) -> Pybind11Extension:
    """Return the compiled module made from the sources of a folder."""
    return Pybind11Extension(
        name,
        sources=sorted(str(path) for path in folder.glob("*.cpp")),
        depends=sorted(str(path) for path in folder.glob("*.hpp")),
        cxx_std=17,
        extra_compile_args=FLAGS,
        extra_link_args=["-pthread"],
        optional=True,
    )


# As many sources at once as there are cores.
ParallelCompile(default=0).install()

setup(
    packages=sorted(packages),
    package_dir={"neuro": "neuro", **{f"neuro.{part}": part for part in PARTS}},
    ext_modules=[
        kernels("neuro.engine._native", Path("neuro", "engine", "cpp")),
        kernels("neuro.memories._native", Path("neuro", "memories", "cpp")),
        kernels("neuro.backends.crossbar._native", Path("backends", "crossbar", "cpp")),
        kernels("neuro.backends.spinnaker._native", Path("backends", "spinnaker", "cpp")),
    ],
)
